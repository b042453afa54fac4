//! What a word means that no operator follows: the test that its reader most likely has in mind.

use crate::query::{Filter, Item, Predicate, Scope, Subject, Test};
use crate::record::name::{protocol_number, service_port};
use crate::record::{Address, Direction, Field, FlowClass, Prefix};

/// The two values of `action`.
pub(super) const ACTIONS: [&str; 2] = ["ACCEPT", "REJECT"];

/// How the ids of AWS resources begin, and the field that holds them. Longer beginnings come first.
const ID_BEGINNINGS: [(&str, Field); 7] = [
    ("eni-", Field::INTERFACE_ID),
    ("vpc-", Field::VPC_ID),
    ("subnet-", Field::SUBNET_ID),
    ("i-", Field::INSTANCE_ID),
    ("nat-", Field::RESOURCE_ID),
    ("tgw-attach-", Field::TGW_ATTACHMENT_ID),
    ("tgw-", Field::TGW_ID),
];

const ACCOUNT_ID_DIGITS: usize = 12;

/// The test that `word` stands for; `None` where it says nothing, such as a number that is neither a port
/// nor an account.
pub(super) fn bare_word(word: &str) -> Option<Filter> {
    let text = |subject: Subject, text: &str| Filter::test(subject, is(Item::Text(text.to_owned())));
    let anywhere = |scope, item| Filter::Test(Test { scope, predicate: is(item) });

    if let Some(address) = Address::parse(word.as_bytes()) {
        return Some(anywhere(Scope::AnyAddress, Item::Address(address)));
    }
    if let Some(prefix) = Prefix::parse(word) {
        return Some(anywhere(Scope::AnyAddress, Item::Prefix(prefix)));
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        if word.len() == ACCOUNT_ID_DIGITS {
            return Some(text(Field::ACCOUNT_ID.into(), word));
        }
        return word.parse::<u16>().ok().map(|port| anywhere(Scope::AnyPort, Item::Number(port.into())));
    }
    if let Some((_, field)) = ID_BEGINNINGS.into_iter().find(|(beginning, _)| is_id(word, beginning)) {
        return Some(text(field.into(), word));
    }
    let spelt = |name: &&str| name.eq_ignore_ascii_case(word);
    if let Some(action) = ACTIONS.iter().find(|action| spelt(action)) {
        return Some(text(Field::ACTION.into(), action));
    }
    if let Some(direction) =
        [Direction::Ingress, Direction::Egress].map(Direction::name).iter().find(|n| spelt(n))
    {
        return Some(text(Subject::Direction, direction));
    }
    let classes = [FlowClass::Internal, FlowClass::Inbound, FlowClass::Outbound, FlowClass::Transit];
    if let Some(class) = classes.map(FlowClass::name).iter().find(|name| spelt(name)) {
        return Some(text(Subject::Class, class));
    }
    if let Some(number) = protocol_number(word) {
        return Some(Filter::test(Field::PROTOCOL, is(Item::Number(number.into()))));
    }
    if let Some(port) = service_port(word) {
        return Some(anywhere(Scope::AnyPort, Item::Number(port.into())));
    }
    word.chars().any(char::is_alphabetic).then(|| anywhere_contains(word))
}

/// The test that a quoted text stands for.
pub(super) fn anywhere_contains(text: &str) -> Filter {
    Filter::Test(Test { scope: Scope::AnyColumn, predicate: Predicate::Contains(text.to_owned()) })
}

fn is(item: Item) -> Predicate {
    Predicate::In(vec![item])
}

/// Whether `word` is `beginning` and hexadecimal digits: `i-love-you` is no instance.
fn is_id(word: &str, beginning: &str) -> bool {
    word.strip_prefix(beginning)
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
