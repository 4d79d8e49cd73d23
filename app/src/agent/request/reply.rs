//! The form under the thread: an answer or an internal note.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, MultipartData, MultipartFormData};
use tresen_model::{Address, RequestNumber, Status, Visibility};

use crate::components::{Button, ButtonKind, Choice, Icon, Select, TextArea, WRITING};
use crate::form::{Done, Forms, Unmet};
use crate::language::agent::requests as text;
use crate::language::shared::words;
use crate::live::{Echo, LiveForm};
use crate::parts::fields;
use crate::visit::Visit;

/// A choice that leaves the status as it is.
pub(super) const LEAVE: &str = "leave";

/// Sends an answer, or saves an internal note.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/reply", input = MultipartFormData, output = Json)]
pub async fn agent_reply(form: MultipartData) -> Result<Done, Unmet> {
    super::server::receive(form).await
}

/// The form under its heading.
pub(super) fn section(
    visit: &Visit,
    number: RequestNumber,
    once: &str,
    forms: &Forms,
    echo: Echo,
) -> AnyView {
    let language = visit.language;
    let action = Address::RequestForAgents { number }.to_string();
    let form = forms.writing(std::slice::from_ref(&action));
    let after = |status: Status| Choice::new(status.as_str(), words::status_for_agents(language, status));
    let afterwards = vec![
        after(Status::Waiting),
        after(Status::Resolved),
        after(Status::Closed),
        Choice::new(LEAVE, text::leave(language)),
    ];
    let top = fields::once(&form, once);
    let attachments = fields::attachments(visit, &form);
    view! {
        <section class="card stack reply" aria-labelledby="reply-title">
            <h2 id="reply-title">{text::reply_title(language)}</h2>
            <LiveForm language to=AgentReply::PATH action form=form.clone() files=true id=WRITING echo>
                {top}
                <input type="hidden" name="number" value=number.to_string()/>
                <TextArea
                    name="body"
                    label=text::reply_body(language)
                    hint=text::reply_hint(language)
                    value=form.value("body")
                    error=form.error("body")
                    rows=6
                    required=true
                />
                {attachments}
                <Select
                    name="status_afterwards"
                    label=text::status_afterwards(language)
                    hint=text::status_afterwards_hint(language)
                    choices=afterwards
                    value=form.value_or("status_afterwards", Status::Waiting.as_str())
                    error=form.error("status_afterwards")
                />
                <div class="form-actions">
                    <Button
                        label=text::send(language)
                        kind=ButtonKind::Primary
                        icon=Some(Icon::Send)
                        name="visibility"
                        value=Visibility::Public.as_str()
                    />
                    <Button
                        label=text::save_note(language)
                        kind=ButtonKind::Secondary
                        icon=Some(Icon::Note)
                        name="visibility"
                        value=Visibility::Internal.as_str()
                    />
                </div>
            </LiveForm>
        </section>
    }
    .into_any()
}
