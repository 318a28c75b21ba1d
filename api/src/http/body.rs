//! Reading a request's body: so much, and for so long.

use std::time::Duration;

use actix_web::{HttpRequest, http::StatusCode, http::header::CONTENT_LENGTH, web};
use futures::StreamExt;

use super::refusal::Refusal;

/// Reads at most `limit` bytes, within `timeout`.
pub(super) async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
    timeout: Duration,
) -> Result<Vec<u8>, Refusal> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let reading = collect(payload, limit);
    let too_slow = |_elapsed| {
        let message = format!("the body did not arrive within {} s", timeout.as_secs());
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).closing()
    };
    tokio::time::timeout(timeout, reading)
        .await
        .map_err(too_slow)?
}

async fn collect(mut payload: web::Payload, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|_broken| Refusal::bad_request("the body did not arrive whole").closing())?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("the body is longer than {limit} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message).closing()
}
