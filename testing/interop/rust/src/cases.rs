//! The cases. Each fails where something is not as it should be.
use crate::client::{details, Peer};
use crate::messages::*;
use crate::Failure;
use std::fmt::Debug;
use std::time::Duration;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status, Streaming};

const MEBIBYTE: usize = 1 << 20;
const NEAR_LIMIT: usize = 39 * MEBIBYTE / 10;
const REQUEST_SIZES: [usize; 4] = [27_182, 8, 1_828, 45_904];
const RESPONSE_SIZES: [usize; 4] = [31_415, 9, 2_653, 58_979];
const WRONG_STATE: &str = "wrong state ☺";

/// Runs a case, and says in a line of JSON how it went.
pub async fn report(label: &str, name: &str, peer: &Peer) {
    let ended = tokio::time::timeout(Duration::from_secs(30), attempt(name, peer)).await;
    let failure = match ended {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) => format!(",\"error\":\"{}\"", escaped(&error.to_string())),
        Err(_) => ",\"error\":\"no end after 30 s\"".into(),
    };
    println!(
        "{{\"run\":\"{}\",\"case\":\"{name}\"{failure}}}",
        escaped(label)
    );
}

fn escaped(text: &str) -> String {
    text.escape_default()
        .to_string()
        .replace("\\'", "'")
        .replace("\\u{", "u{")
}

async fn attempt(name: &str, peer: &Peer) -> Result<(), Failure> {
    let mut test = peer.test.clone();
    match name {
        "empty_unary" => {
            test.empty_call(Empty {}).await?;
            Ok(())
        }
        "large_unary" => exchange(peer, 271_828, 314_159).await,
        "near_limit_unary" => exchange(peer, NEAR_LIMIT, NEAR_LIMIT).await,
        "over_limit_unary" => {
            let request = SimpleRequest {
                payload: zeros(5 * MEBIBYTE),
                ..Default::default()
            };
            same(
                failure(test.unary_call(request).await)?.code(),
                Code::ResourceExhausted,
            )?;
            test.empty_call(Empty {}).await?;
            Ok(())
        }
        "initial_metadata" => initial_metadata(peer).await,
        "binary_metadata" => binary_metadata(peer).await,
        "error_details" => {
            let status = failure(test.unary_call(failing()).await)?;
            same(
                (status.code(), status.message()),
                (Code::FailedPrecondition, WRONG_STATE),
            )?;
            same(details(&status), vec![error_info()])
        }
        "unary_deadline" => {
            let mut request = Request::new(SimpleRequest::default());
            request
                .metadata_mut()
                .insert("x-interop-delay-ms", "20000".parse()?);
            request.set_timeout(Duration::from_millis(150));
            // tonic's client tells the server, and calls it `cancelled` where its own timer is the first.
            let code = failure(test.unary_call(request).await)?.code();
            same(
                matches!(code, Code::DeadlineExceeded | Code::Cancelled),
                true,
            )
        }
        "unary_cancel" => {
            let mut request = Request::new(SimpleRequest::default());
            request
                .metadata_mut()
                .insert("x-interop-delay-ms", "20000".parse()?);
            request
                .metadata_mut()
                .insert("x-interop-token", token(name, peer).parse()?);
            // Dropping the future cancels the call.
            let call = test.unary_call(request);
            same(
                tokio::time::timeout(Duration::from_millis(300), call)
                    .await
                    .is_err(),
                true,
            )?;
            seen_by_server(peer, &token(name, peer)).await
        }
        "unimplemented_method" => same(
            failure(test.unimplemented_call(Empty {}).await)?.code(),
            Code::Unimplemented,
        ),
        "unimplemented_service" => {
            let mut absent = peer.absent.clone();
            same(
                failure(absent.unimplemented_call(Empty {}).await)?.code(),
                Code::Unimplemented,
            )
        }
        "concurrent_unary" => concurrent(peer).await,
        _ => attempt_stream(name, peer).await,
    }
}

async fn attempt_stream(name: &str, peer: &Peer) -> Result<(), Failure> {
    let mut test = peer.test.clone();
    match name {
        "server_streaming" => {
            let stream = test
                .streaming_output_call(asking(&RESPONSE_SIZES))
                .await?
                .into_inner();
            let (sizes, status) = drain(stream).await;
            same((sizes, status.is_none()), (RESPONSE_SIZES.to_vec(), true))
        }
        "server_streaming_error" => {
            let mut request = asking(&[5, 200_000]);
            request.response_status = Some(EchoStatus {
                code: 5,
                message: "the end".into(),
            });
            let (sizes, status) =
                drain(test.streaming_output_call(request).await?.into_inner()).await;
            let status = status.ok_or("it should have failed")?;
            same(sizes, vec![5, 200_000])?;
            same(
                (status.code(), status.message()),
                (Code::NotFound, "the end"),
            )
        }
        "server_streaming_deadline" => {
            let mut request = Request::new(pausing());
            request.set_timeout(Duration::from_millis(500));
            let (sizes, status) =
                drain(test.streaming_output_call(request).await?.into_inner()).await;
            let status = status.ok_or("it should have failed")?;
            same((sizes, status.code()), (vec![5], Code::DeadlineExceeded))
        }
        "server_streaming_cancel" => {
            let mut request = Request::new(pausing());
            request
                .metadata_mut()
                .insert("x-interop-token", token(name, peer).parse()?);
            let mut stream = test.streaming_output_call(request).await?.into_inner();
            same(stream.message().await?.is_some(), true)?;
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(stream);
            seen_by_server(peer, &token(name, peer)).await
        }
        "server_streaming_slow_reader" => {
            let request = asking(&[262_144; 40]);
            let mut stream = test.streaming_output_call(request).await?.into_inner();
            for count in 1..=40 {
                let message = stream.message().await?.ok_or("the stream ended early")?;
                same(size_of(&message), 262_144)?;
                if count % 10 == 0 {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            same(stream.message().await?.is_none(), true)
        }
        "client_streaming" => upload(peer, &REQUEST_SIZES, 74_922).await,
        "client_streaming_large" => upload(peer, &[65_536; 80], 80 * 65_536).await,
        _ => attempt_bidi(name, peer).await,
    }
}

async fn attempt_bidi(name: &str, peer: &Peer) -> Result<(), Failure> {
    let mut test = peer.test.clone();
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let mut request = Request::new(ReceiverStream::new(receiver));
    match name {
        "ping_pong" => {
            let mut responses = None;
            let mut request = Some(request);
            for (index, size) in REQUEST_SIZES.into_iter().enumerate() {
                let payload = zeros(size);
                sender
                    .send(StreamingOutputCallRequest {
                        payload,
                        ..asking(&RESPONSE_SIZES[index..=index])
                    })
                    .await?;
                if let Some(request) = request.take() {
                    responses = Some(test.full_duplex_call(request).await?.into_inner());
                }
                let response = responses.as_mut().ok_or("no stream")?.message().await?;
                same(response.as_ref().map(size_of), Some(RESPONSE_SIZES[index]))?;
            }
            drop(sender);
            same(
                responses.ok_or("no stream")?.message().await?.is_none(),
                true,
            )
        }
        "empty_stream" => {
            drop(sender);
            let (sizes, status) = drain(test.full_duplex_call(request).await?.into_inner()).await;
            same((sizes.len(), status.is_none()), (0, true))
        }
        "bidi_error" => {
            sender.send(asking(&[7])).await?;
            let response_status = failing().response_status;
            sender
                .send(StreamingOutputCallRequest {
                    response_status,
                    ..Default::default()
                })
                .await?;
            let (sizes, status) = drain(test.full_duplex_call(request).await?.into_inner()).await;
            let status = status.ok_or("it should have failed")?;
            same(sizes, vec![7])?;
            same(
                (status.code(), status.message()),
                (Code::FailedPrecondition, WRONG_STATE),
            )
        }
        "bidi_cancel" => {
            request
                .metadata_mut()
                .insert("x-interop-token", token(name, peer).parse()?);
            sender.send(pausing()).await?;
            let mut stream = test.full_duplex_call(request).await?.into_inner();
            same(stream.message().await?.is_some(), true)?;
            tokio::time::sleep(Duration::from_millis(50)).await;
            // A call is given up when neither its requests nor its responses are of interest any more.
            drop(stream);
            drop(sender);
            seen_by_server(peer, &token(name, peer)).await
        }
        _ => Err("there is no such case".into()),
    }
}

async fn exchange(peer: &Peer, size: usize, response_size: usize) -> Result<(), Failure> {
    let response_size = response_size as i32;
    let request = SimpleRequest {
        response_size,
        payload: zeros(size),
        ..Default::default()
    };
    let response = peer.test.clone().unary_call(request).await?.into_inner();
    same(
        response.payload.map_or(0, |payload| payload.body.len()),
        response_size as usize,
    )
}

async fn concurrent(peer: &Peer) -> Result<(), Failure> {
    let mut calls = tokio::task::JoinSet::new();
    for index in 0..100 {
        let mut test = peer.test.clone();
        calls.spawn(async move {
            let request = SimpleRequest {
                response_size: 1_000 + index,
                ..Default::default()
            };
            let response = test.unary_call(request).await?.into_inner();
            Ok::<bool, Status>(
                response.payload.map_or(0, |payload| payload.body.len()) == 1_000 + index as usize,
            )
        });
    }
    while let Some(right) = calls.join_next().await {
        same(right??, true)?;
    }
    Ok(())
}

async fn initial_metadata(peer: &Peer) -> Result<(), Failure> {
    let initial = "a value, with punctuation; and = signs";
    let mut request = Request::new(SimpleRequest::default());
    request
        .metadata_mut()
        .insert("x-grpc-test-echo-initial", initial.parse()?);
    let response = peer.test.clone().unary_call(request).await?;
    let header = response
        .metadata()
        .get("x-grpc-test-echo-initial")
        .ok_or("no header")?;
    same(header.to_str()?, initial)
}

/// tonic's client puts the trailers of a unary response among its headers.
async fn binary_metadata(peer: &Peer) -> Result<(), Failure> {
    let bytes: &[u8] = &[0, 255, 1, 171];
    let mut request = Request::new(SimpleRequest::default());
    request.metadata_mut().insert_bin(
        "x-grpc-test-echo-trailing-bin",
        MetadataValue::from_bytes(bytes),
    );
    let response = peer.test.clone().unary_call(request).await?;
    let trailer = response
        .metadata()
        .get_bin("x-grpc-test-echo-trailing-bin")
        .ok_or("no trailer")?;
    same(trailer.to_bytes()?.as_ref(), bytes)
}

async fn upload(peer: &Peer, sizes: &[usize], sum: i32) -> Result<(), Failure> {
    let messages: Vec<_> = sizes
        .iter()
        .map(|size| StreamingInputCallRequest {
            payload: zeros(*size),
        })
        .collect();
    let response = peer
        .test
        .clone()
        .streaming_input_call(tokio_stream::iter(messages))
        .await?;
    same(response.into_inner().aggregated_payload_size, sum)
}

/// Waits until the server says that it knows of the cancellation.
async fn seen_by_server(peer: &Peer, token: &str) -> Result<(), Failure> {
    for _ in 0..100 {
        let mut request = Request::new(SimpleRequest::default());
        request
            .metadata_mut()
            .insert("x-interop-ask", token.parse()?);
        let response = peer.test.clone().unary_call(request).await?;
        if response
            .metadata()
            .get("x-interop-cancelled")
            .is_some_and(|seen| seen == "true")
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the server never knew that the call was cancelled".into())
}

/// A token that no other case and no other process has.
fn token(name: &str, peer: &Peer) -> String {
    format!("{name}-{}-{:p}", std::process::id(), peer)
}

fn asking(sizes: &[usize]) -> StreamingOutputCallRequest {
    let parameters = sizes.iter().map(|size| ResponseParameters {
        size: *size as i32,
        interval_us: 0,
    });
    StreamingOutputCallRequest {
        response_parameters: parameters.collect(),
        ..Default::default()
    }
}

/// Asks for a message, and for another one in a while.
fn pausing() -> StreamingOutputCallRequest {
    let mut request = asking(&[5, 6]);
    request.response_parameters[1].interval_us = 20_000_000;
    request
}

fn failing() -> SimpleRequest {
    let status = EchoStatus {
        code: 9,
        message: WRONG_STATE.into(),
    };
    SimpleRequest {
        response_status: Some(status),
        ..Default::default()
    }
}

fn size_of(message: &StreamingOutputCallResponse) -> usize {
    message
        .payload
        .as_ref()
        .map_or(0, |payload| payload.body.len())
}

async fn drain(mut stream: Streaming<StreamingOutputCallResponse>) -> (Vec<usize>, Option<Status>) {
    let mut sizes = Vec::new();
    loop {
        match stream.message().await {
            Ok(Some(message)) => sizes.push(size_of(&message)),
            Ok(None) => return (sizes, None),
            Err(status) => return (sizes, Some(status)),
        }
    }
}

fn failure<T>(ended: Result<T, Status>) -> Result<Status, Failure> {
    ended
        .err()
        .ok_or_else(|| "the call should have failed".into())
}

fn same<T: PartialEq + Debug>(got: T, wanted: T) -> Result<(), Failure> {
    if got == wanted {
        return Ok(());
    }
    Err(format!("{got:?}, where it should be {wanted:?}").into())
}
