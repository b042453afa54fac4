//! Each interface with its own address, and what came in and went out there.

use flow_core::analysis::direction::{INTERFACES_MAX, InterfaceDirection};
use flow_core::analysis::{Metric, Tally};
use flow_core::record::{Direction, Field, Value};
use leptos::prelude::*;

use super::Answered;
use super::own_address::OwnAddresses;
use crate::ui::bar::{Bar, BarParts};
use crate::ui::format;
use crate::ui::value_button::ValueButton;

fn find<'a>(interfaces: &'a [InterfaceDirection], id: &Value) -> Option<&'a InterfaceDirection> {
    interfaces.iter().find(|interface| interface.interface == *id)
}

/// The longest bar of the table.
fn largest(interfaces: &[InterfaceDirection], metric: Metric) -> u64 {
    let tallies = interfaces.iter().flat_map(|of| [of.ingress, of.egress, of.unknown]);
    tallies.map(|tally| tally.get(metric)).max().unwrap_or(0)
}

/// What is said where not all interfaces are listed.
fn not_listed(n_listed: usize, n_interfaces: u64) -> Option<String> {
    (n_interfaces > n_listed as u64).then(|| {
        format!(
            "The {} with most traffic of {}; filter to see the others",
            format::count(n_listed.min(INTERFACES_MAX) as u64),
            format::counted(n_interfaces, "interface")
        )
    })
}

#[component]
pub(super) fn Interfaces(answered: Answered, metric: Memo<Metric>) -> impl IntoView {
    let ids = move || {
        let ids =
            answered.read(|view| view.interfaces.iter().map(|of| of.interface.clone()).collect::<Vec<_>>());
        ids.unwrap_or_default()
    };
    let longest =
        Memo::new(move |_| answered.read(|view| largest(&view.interfaces, metric.get())).unwrap_or(0));
    let more = move || answered.read(|view| not_listed(view.interfaces.len(), view.n_interfaces)).flatten();
    let row = move |id: Value| {
        let wanted = id.clone();
        let interface =
            Memo::new(move |_| answered.read(|view| find(&view.interfaces, &wanted).cloned()).flatten());
        let own =
            Memo::new(move |_| interface.with(|of| of.as_ref().map(|of| of.own.clone())).unwrap_or_default());
        let tally = move |direction: Direction| {
            interface.with(|of| {
                let of = of.as_ref();
                of.map_or_else(Tally::default, |of| match direction {
                    Direction::Ingress => of.ingress,
                    Direction::Egress => of.egress,
                    Direction::Unknown => of.unknown,
                })
            })
        };
        let cell = move |direction: Direction| {
            let content = move || {
                let (tally, metric) = (tally(direction), metric.get());
                let number = tally.get(metric);
                view! {
                    <Bar parts=BarParts::new(number, 0, longest.get())/>
                    <span class="number" title=format::counted(tally.rows, "row")>
                        {format::amount(metric, number)}
                    </span>
                }
            };
            view! { <td class="tally-cell">{content}</td> }
        };
        view! {
            <tr>
                <th scope="row"><ValueButton subject=Field::INTERFACE_ID value=id.clone()/></th>
                <td><OwnAddresses interface=id own/></td>
                {Direction::ALL.map(cell).into_iter().collect_view()}
            </tr>
        }
    };
    view! {
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Interface"</th>
                        <th scope="col">"Own address, and how it is known"</th>
                        <th scope="col" class="number">"← ingress"</th>
                        <th scope="col" class="number">"→ egress"</th>
                        <th scope="col" class="number">"unknown"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=ids key=Value::clone children=row/>
                </tbody>
            </table>
        </div>
        {move || more().map(|words| view! { <p class="view-note">{words}</p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_that_are_not_listed_are_counted() {
        assert_eq!(not_listed(3, 3), None);
        let words = not_listed(500, 1_204).unwrap();
        assert_eq!(words, "The 500 with most traffic of 1,204 interfaces; filter to see the others");
    }

    #[test]
    fn the_longest_bar_is_the_largest_of_all_three_kinds() {
        let tally = |bytes| Tally { rows: 1, packets: 1, bytes };
        let interface = |id: &str, unknown| InterfaceDirection {
            interface: Value::Text(id.to_owned()),
            ingress: tally(5),
            egress: tally(9),
            unknown: tally(unknown),
            own: Vec::new(),
        };
        let interfaces = [interface("eni-a", 0), interface("eni-b", 20)];
        assert_eq!(largest(&interfaces, Metric::Bytes), 20);
        assert_eq!(find(&interfaces, &Value::Text("eni-b".to_owned())), Some(&interfaces[1]));
        assert_eq!(find(&interfaces, &Value::Absent), None);
    }
}
