//! `/agent/requests/NUMBER/mail`: an answer whose mail did not arrive is sent again.

use axum::response::Response;
use tresen_desk::Error;
use tresen_model::views::Delivery;
use tresen_model::{CommentId, DeliveryState, Language, RequestNumber};

use super::address::{Named, agent_address};
use crate::components::DeliveryLine;
use crate::language::delivery as text;
use crate::web::{Answer, Context, Stop, Submitted};

/// Where an answer is sent again.
fn address(number: RequestNumber) -> String {
    format!("{}/mail", agent_address(number))
}

/// What stands at an answer about its mail, for agents.
pub(super) fn line(
    language: Language,
    number: RequestNumber,
    comment: CommentId,
    delivery: &Delivery,
) -> DeliveryLine {
    let lost = matches!(delivery.state, DeliveryState::Bounced | DeliveryState::Parked);
    DeliveryLine {
        label: text::mail(language),
        state: text::state(language, delivery),
        trouble: lost || delivery.state == DeliveryState::Deferred,
        again: lost.then(|| (address(number), comment.to_string(), text::again(language))),
    }
}

pub(super) async fn again(context: Context, named: Named, form: Submitted) -> Response {
    let done = act(&context, &named, &form).await;
    context.finish(done)
}

async fn act(context: &Context, named: &Named, form: &Submitted) -> Result<Answer, Stop> {
    let agent = context.require_agent()?;
    let number = named.number()?;
    let comment = CommentId::parse(form.get("comment")).ok_or(Error::NotFound)?;
    context.app.desk.send_again(&agent, number, comment).await?;
    Ok(Answer::go(format!("{}#c-{comment}", agent_address(number))))
}
