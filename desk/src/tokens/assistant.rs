//! What assistants do, in the audit log.

use async_recursion::async_recursion as boxed;

use crate::error::Error;
use crate::people::audit::audit;
use crate::tokens::Tokens;

impl Tokens {
    /// Notes that an assistant calls a tool.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn note_assistant(&self, tool: &'static str) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        audit(
            &mut tx,
            "assistant-called",
            &serde_json::json!({ "tool": tool, "calls": 1 }),
            self.clock.now(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
