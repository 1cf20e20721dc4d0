//! tonic's client, and how its failures read.
use crate::messages::*;
use crate::service::absent::unimplemented_service_client::UnimplementedServiceClient;
use crate::service::test_service_client::TestServiceClient;
use crate::Failure;
use prost::Message;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::Status;

pub struct Peer {
    pub test: TestServiceClient<Channel>,
    pub absent: UnimplementedServiceClient<Channel>,
}

impl Peer {
    pub fn connect(url: &str, authority: &str, compressed: bool) -> Result<Peer, Failure> {
        let mut endpoint = Endpoint::from_shared(url.to_owned())?;
        if authority != "-" {
            let certificate = Certificate::from_pem(std::fs::read(authority)?);
            endpoint = endpoint.tls_config(ClientTlsConfig::new().ca_certificate(certificate))?;
        }
        let channel = endpoint.connect_lazy();
        let mut test = TestServiceClient::new(channel.clone());
        if compressed {
            test = test.send_compressed(Gzip).accept_compressed(Gzip);
        }
        Ok(Peer {
            test,
            absent: UnimplementedServiceClient::new(channel),
        })
    }
}

/// The details of a failure that are error infos.
pub fn details(status: &Status) -> Vec<ErrorInfo> {
    let rich = RichStatus::decode(status.details()).unwrap_or_default();
    let infos = rich
        .details
        .iter()
        .filter(|detail| detail.type_url == ERROR_INFO);
    infos
        .filter_map(|detail| ErrorInfo::decode(detail.value.as_slice()).ok())
        .collect()
}
