//! The keys that tokens of the hub are checked with: the public ones. Each private one is in a file.

use sea_orm::entity::prelude::*;

/// One public key. Rows stay when a key retires.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// For the change log; tokens name the key by its `kid`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The key's thumbprint (RFC 7638, SHA-256), as in the header of every token that it signed.
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub kid: String,
    /// The one algorithm that it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public key as a JWK (RFC 7517), with `kid`, `alg` and `use`.
    #[sea_orm(column_type = "JsonBinary")]
    pub public_jwk: Json,
    /// UTC; when it was registered.
    pub created_at: DateTimeUtc,
    /// UTC; its tokens are refused from then on. None: it is in use.
    pub retires_at: Option<DateTimeUtc>,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How tokens are signed, by the name that it has in a token's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
pub enum SigningAlgorithm {
    /// Ed25519.
    #[sea_orm(string_value = "EdDSA")]
    EdDsa,
    /// ECDSA on the curve P-256, with SHA-256.
    #[sea_orm(string_value = "ES256")]
    Es256,
    /// RSA, PKCS #1 v1.5, with SHA-256.
    #[sea_orm(string_value = "RS256")]
    Rs256,
}
