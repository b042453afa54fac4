//! An interface's own address with what it rests on, and a way to say it better by hand.

use flow_core::analysis::interface::{AddressByHand, OwnAddress};
use flow_core::query::Subject;
use flow_core::record::{Address, Evidence, Value};
use flow_core::session::message::Command;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;

use crate::engine::Engine;
use crate::state::AppState;
use crate::ui::value_button::ValueButton;

/// Addresses to choose from: what could be the interface's own, without what it is taken to be now.
fn choices(own: &[OwnAddress]) -> Vec<Address> {
    let mut choices: Vec<Address> = Vec::new();
    for of_family in own {
        for candidate in &of_family.candidates {
            if Some(*candidate) != of_family.address && !choices.contains(candidate) {
                choices.push(*candidate);
            }
        }
    }
    choices
}

fn is_set_by_hand(own: &[OwnAddress]) -> bool {
    own.iter().any(|of_family| of_family.evidence == Evidence::SetByHand)
}

#[component]
pub(super) fn OwnAddresses(interface: Value, own: Memo<Vec<OwnAddress>>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let interface = StoredValue::new(interface);
    let address = |of_family: OwnAddress| {
        let shown = match of_family.address {
            Some(address) => {
                view! { <ValueButton subject=Subject::LocalAddress value=Value::Address(address)/> }
                    .into_any()
            }
            None => view! { <span class="text-dim">"not known"</span> }.into_any(),
        };
        view! {
            <li>
                {shown}
                <span class="text-dim">{of_family.evidence.explanation()}</span>
            </li>
        }
    };
    view! {
        <div class="own-address">
            <ul class="plain-list">{move || own.get().into_iter().map(address).collect_view()}</ul>
            <button
                type="button"
                class="button is-small"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {move || if is_open.get() { "Leave it" } else { "Correct …" }}
            </button>
            <Show when=move || is_open.get()>
                <Correction interface own on_done=Callback::new(move |()| is_open.set(false))/>
            </Show>
        </div>
    }
}

#[component]
fn Correction(
    interface: StoredValue<Value>,
    own: Memo<Vec<OwnAddress>>,
    on_done: Callback<()>,
) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let mistake = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let correct = move |address: Option<Address>| {
        let interface = interface.get_value();
        let by_hand = address.map(|address| AddressByHand { interface: interface.clone(), address });
        state.notify(match address {
            Some(address) => {
                format!("{interface} now has the address {address}; directions are worked out anew")
            }
            None => format!("{interface} is inferred again"),
        });
        engine.send(Command::SetInterfaceAddress { interface, by_hand });
        on_done.run(());
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = input.get_untracked().map(|input| input.value()).unwrap_or_default();
        match Address::parse(text.trim().as_bytes()) {
            Some(address) => correct(Some(address)),
            None => mistake.set(true),
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_done.run(());
        }
    };
    let choice = move |address: Address| {
        view! {
            <button type="button" class="button is-small" on:click=move |_| correct(Some(address))>
                {address.to_string()}
            </button>
        }
    };
    view! {
        <form class="correction" on:submit=on_submit on:keydown=on_keydown>
            <p class="text-dim">"The interface's own address is"</p>
            <div class="correction-choices">
                {move || choices(&own.get()).into_iter().map(choice).collect_view()}
            </div>
            <label>
                "another one "
                <input
                    type="text"
                    class="input"
                    node_ref=input
                    spellcheck="false"
                    autocomplete="off"
                    placeholder="10.0.0.5"
                    aria-invalid=move || mistake.get().to_string()
                    on:input=move |_| mistake.set(false)
                />
            </label>
            <button type="submit" class="button is-small">"Use it"</button>
            <Show when=move || own.with(|own| is_set_by_hand(own))>
                <button type="button" class="button is-small" on:click=move |_| correct(None)>
                    "Back to inferred"
                </button>
            </Show>
            <Show when=move || mistake.get()>
                <p class="mistake" role="alert">"This is not an IPv4, IPv6 or MAC address"</p>
            </Show>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::record::address::Family;

    fn address(text: &str) -> Address {
        Address::parse(text.as_bytes()).unwrap()
    }

    fn own(address_now: Option<&str>, evidence: Evidence, candidates: &[&str]) -> OwnAddress {
        OwnAddress {
            family: Family::V4,
            address: address_now.map(address),
            evidence,
            candidates: candidates.iter().map(|text| address(text)).collect(),
            n_rows: 1,
        }
    }

    #[test]
    fn one_chooses_among_what_it_is_not_yet() {
        let known = own(Some("10.0.0.5"), Evidence::PrivateSide, &["10.0.0.5", "203.0.113.9"]);
        assert_eq!(choices(&[known.clone(), known]), [address("203.0.113.9")]);
        let unknown = own(None, Evidence::None, &["10.0.0.5", "10.0.0.6"]);
        assert_eq!(choices(&[unknown]).len(), 2);
    }

    #[test]
    fn only_what_was_set_by_hand_goes_back() {
        assert!(is_set_by_hand(&[own(Some("10.0.0.5"), Evidence::SetByHand, &[])]));
        assert!(!is_set_by_hand(&[own(Some("10.0.0.5"), Evidence::CommonAddress, &[])]));
    }
}
