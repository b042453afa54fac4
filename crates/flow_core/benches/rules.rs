//! What it costs to decide flows by an account's rules: a million flows against five thousand rules on one interface,
//! which is five times what AWS admits, and against an ordinary account; the literal reading beside it; and what making
//! ready and reading costs.
//!
//!     cargo bench -p flow_core --bench rules

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use flow_core::config::description::{Interface, NetworkAcl, PrefixList, SecurityGroup, Subnet, Vpc};
use flow_core::config::evaluate::{Answer, PlaceId};
use flow_core::config::read::read_configuration;
use flow_core::config::{
    AclEntry, Configuration, Evaluator, Flow, Peer, PortPair, RuleDirection, SecurityGroupRule, Traffic,
};
use flow_core::record::{Address, Prefix};
use flow_core::sample::Random;
use flow_testkit::rules_oracle as oracle;

const N_FLOWS: usize = 1_000_000;
/// The literal reading asks every rule each time.
const N_FLOWS_LITERAL: usize = 200;
const PORTS: [u16; 12] = [22, 53, 80, 443, 1433, 3306, 3389, 5432, 6379, 8080, 8443, 9200];

struct Account {
    name: &'static str,
    n_groups: u32,
    n_rules_of_group: u32,
    n_interfaces: u32,
    n_groups_of_interface: u32,
}

const ACCOUNTS: [Account; 2] = [
    Account {
        name: "5,000 rules on one interface",
        n_groups: 5,
        n_rules_of_group: 1_000,
        n_interfaces: 1,
        n_groups_of_interface: 5,
    },
    Account {
        name: "5,000 rules on 2,000 interfaces",
        n_groups: 500,
        n_rules_of_group: 10,
        n_interfaces: 2_000,
        n_groups_of_interface: 3,
    },
];

impl Account {
    fn configuration(&self, random: &mut Random) -> Configuration {
        let block = |text: &str| Prefix::parse(text).unwrap();
        let mut configuration = Configuration::default();
        let vpc = Vpc { cidrs: Some(vec![block("10.0.0.0/8")]), ..Vpc::default() };
        configuration.vpcs.insert("vpc-1".into(), vpc);
        let subnet = Subnet {
            cidrs: Some(vec![block("10.255.0.0/16")]),
            vpc: Some("vpc-1".into()),
            ..Subnet::default()
        };
        configuration.subnets.insert("subnet-1".into(), subnet);
        let entry = |number: u32, direction, from, to| AclEntry {
            direction,
            number,
            cidr: block("0.0.0.0/0"),
            traffic: Traffic::read("tcp", Some(from), Some(to)).unwrap(),
            is_allow: !number.is_multiple_of(7),
        };
        let entries = RuleDirection::BOTH.into_iter().flat_map(|direction| {
            (1..=20).map(move |number| entry(number, direction, i64::from(number) * 400, 65_535))
        });
        let acl = NetworkAcl {
            subnets: Some(vec!["subnet-1".into()]),
            entries: Some(entries.collect()),
            ..NetworkAcl::default()
        };
        configuration.network_acls.insert("acl-1".into(), acl);
        let entries = (0..60).map(|_| Prefix::new(remote(random), 24).unwrap()).collect();
        let list = PrefixList { entries: Some(entries), ..PrefixList::default() };
        configuration.prefix_lists.insert("pl-1".into(), list);
        for group in 0..self.n_groups {
            let rules = (0..self.n_rules_of_group).map(|_| self.rule(random)).collect();
            let group_of =
                SecurityGroup { vpc: Some("vpc-1".into()), rules: Some(rules), ..SecurityGroup::default() };
            configuration.groups.insert(format!("sg-{group}"), group_of);
        }
        for interface in 0..self.n_interfaces {
            let first = random.below(u64::from(self.n_groups)) as u32;
            let groups = (first..first + self.n_groups_of_interface).map(|n| n % self.n_groups);
            let interface_of = Interface {
                vpc: Some("vpc-1".into()),
                subnet: Some("subnet-1".into()),
                addresses: Some(vec![remote(random)]),
                groups: Some(groups.map(|n| format!("sg-{n}")).collect()),
                ..Interface::default()
            };
            configuration.interfaces.insert(format!("eni-{interface}"), interface_of);
        }
        configuration
    }

    fn rule(&self, random: &mut Random) -> SecurityGroupRule {
        let n_bits = random.pick(&[8, 16, 16, 24, 24, 24, 32, 32]);
        let peer = match random.below(20) {
            0..16 => Peer::Cidr(Prefix::new(remote(random), n_bits).unwrap()),
            16..19 => Peer::Group(format!("sg-{}", random.below(u64::from(self.n_groups)))),
            _ => Peer::PrefixList("pl-1".into()),
        };
        let first = i64::from(random.pick(&PORTS));
        let last = first + if random.one_in(4) { random.below(1_000) as i64 } else { 0 };
        SecurityGroupRule {
            direction: RuleDirection::of_egress(random.one_in(3)),
            traffic: Traffic::read(random.pick(&["tcp", "tcp", "tcp", "udp"]), Some(first), Some(last))
                .unwrap(),
            peer,
            id: None,
            description: None,
        }
    }
}

/// Mostly of the VPC.
fn remote(random: &mut Random) -> Address {
    let bits = random.any() as u32;
    Address::V4(if random.one_in(3) { bits } else { 0x0a00_0000 | bits & 0x000f_ffff })
}

fn flow(random: &mut Random) -> Flow {
    Flow {
        direction: RuleDirection::of_egress(random.one_in(3)),
        remote: remote(random),
        protocol: random.pick(&[6, 6, 6, 17, 1]),
        ports: Some(PortPair { local: random.pick(&PORTS), remote: random.between(1_024, 65_535) as u16 }),
    }
}

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for account in &ACCOUNTS {
        let mut random = Random::new(1);
        let configuration = Arc::new(account.configuration(&mut random));
        let ready = || {
            let mut evaluator = Evaluator::new(configuration.clone());
            let places: Vec<PlaceId> =
                configuration.interfaces.keys().map(|id| evaluator.interface(id).unwrap()).collect();
            (evaluator, places)
        };
        group.bench_function(BenchmarkId::new("make ready", account.name), |bench| {
            bench.iter(|| ready().1);
        });
        let (evaluator, places) = ready();
        let flows: Vec<(PlaceId, Flow)> =
            (0..N_FLOWS).map(|_| (random.pick(&places), flow(&mut random))).collect();
        group.bench_function(BenchmarkId::new("1,000,000 flows", account.name), |bench| {
            bench.iter(|| {
                let decisions = flows.iter().map(|(place, flow)| evaluator.decide(*place, black_box(flow)));
                decisions.filter(|decision| decision.request_passes() == Answer::Yes).count()
            });
        });
        group.bench_function(BenchmarkId::new("200 flows, literally", account.name), |bench| {
            bench.iter(|| {
                let flows = flows[..N_FLOWS_LITERAL].iter();
                let answers = flows.map(|(place, flow)| {
                    let placement = evaluator.placement(*place);
                    let groups = oracle::groups(&configuration, placement, black_box(flow)).answer;
                    groups.and(oracle::network_acl(&configuration, placement, flow).0)
                });
                answers.filter(|answer| *answer == Answer::Yes).count()
            });
        });
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let interface = |n: u32| {
        format!(
            r#"{{"NetworkInterfaceId": "eni-{n}", "VpcId": "vpc-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.{}.{}",
            "Description": "Primary network interface", "Groups": [{{"GroupId": "sg-1", "GroupName": "web"}}],
            "Attachment": {{"InstanceId": "i-{n}", "Status": "attached"}}, "TagSet": [{{"Key": "Name", "Value": "web"}}]}}"#,
            n / 250 % 250,
            n % 250
        )
    };
    let interfaces: Vec<String> = (0..10_000).map(interface).collect();
    let text = format!(r#"{{"NetworkInterfaces": [{}]}}"#, interfaces.join(",\n"));
    criterion.bench_function("read 10,000 interfaces", |bench| {
        bench.iter(|| read_configuration([("interfaces.json", black_box(text.as_bytes()))]).1);
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .without_plots();
    targets = decide, read
}
criterion_main!(benches);
