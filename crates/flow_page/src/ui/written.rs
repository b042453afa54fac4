//! Edits of rules as text to take away: one of four ways to write them at a time.

use flow_core::config::remedy::render::Written;
use leptos::prelude::*;

use super::copyable::Copyable;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    AwsCli,
    Terraform,
    CloudFormation,
    Undo,
}

impl Form {
    const ALL: [Form; 4] = [Form::AwsCli, Form::Terraform, Form::CloudFormation, Form::Undo];

    const fn name(self) -> &'static str {
        match self {
            Form::AwsCli => "AWS CLI",
            Form::Terraform => "Terraform",
            Form::CloudFormation => "CloudFormation",
            Form::Undo => "Undo (AWS CLI)",
        }
    }

    fn text(self, written: &Written) -> String {
        let text = match self {
            Form::AwsCli => &written.aws_cli,
            Form::Terraform => &written.terraform,
            Form::CloudFormation => &written.cloudformation,
            Form::Undo => &written.undo,
        };
        text.clone()
    }
}

#[component]
pub fn WrittenEdits(#[prop(into)] written: Signal<Written>) -> impl IntoView {
    let chosen = RwSignal::new(Form::AwsCli);
    let button = move |form: Form| {
        view! {
            <button
                type="button"
                class="switch-option"
                aria-pressed=move || (chosen.get() == form).to_string()
                on:click=move |_| chosen.set(form)
            >
                {form.name()}
            </button>
        }
    };
    let text = Signal::derive(move || written.with(|written| chosen.get().text(written)));
    view! {
        <div class="switch" role="group" aria-label="Written as">{Form::ALL.map(button).collect_view()}</div>
        {move || view! { <Copyable label=chosen.get().name() text/> }}
    }
}
