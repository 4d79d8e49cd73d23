//! A server for DNS on the loopback (RFC 1035): as much of one as the stories need.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

const TXT: [u8; 2] = [0, 16];

/// Answers until it is dropped.
pub(crate) struct Resolver {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Resolver {
    /// Knows these texts, and of all else that it is not there.
    pub(crate) async fn knowing(records: &[(&str, &str)]) -> Self {
        let records = records.iter().map(|(name, text)| (name.to_lowercase(), (*text).to_owned())).collect();
        Self::start(Some(records)).await
    }

    /// Takes every question and gives no answer.
    pub(crate) async fn silent() -> Self {
        Self::start(None).await
    }

    /// Questions so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn start(records: Option<BTreeMap<String, String>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                count.fetch_add(1, Ordering::SeqCst);
                if let Some(records) = &records {
                    socket.send_to(&answer(&buffer[..length], records), from).await.unwrap();
                }
            }
        });
        Self { address, asked, task }
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(query: &[u8], records: &BTreeMap<String, String>) -> Vec<u8> {
    let mut at = 12;
    let mut labels = Vec::new();
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_lowercase());
        at = end;
    }
    let question = &query[12..at + 5];
    let text = records.get(&labels.join(".")).filter(|_| query[at + 1..at + 3] == TXT);
    let mut answer = query[..2].to_vec();
    // A response, recursion available; without the record, no such name.
    answer.extend([0x81, if text.is_some() { 0x80 } else { 0x83 }, 0, 1, 0, u8::from(text.is_some())]);
    answer.extend([0; 4]);
    answer.extend(question);
    if let Some(text) = text {
        let mut data = Vec::new();
        for part in text.as_bytes().chunks(255) {
            data.push(part.len() as u8);
            data.extend(part);
        }
        // The name of the question, TXT, IN, a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        answer.extend((data.len() as u16).to_be_bytes());
        answer.extend(data);
    }
    answer
}
