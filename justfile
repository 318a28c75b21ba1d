# Recipes for every day; `just` lists them.

_default:
    @just --list

# Everything that has to pass before a change is merged
ci:
    .ci/run

# A hub with a year of one company in it
demo *arguments:
    cargo run -- demo {{arguments}}

# The tests, or those whose name contains a word
test *words:
    cargo test --workspace {{words}}

# Format, then complain
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Write the schema that is checked in
schema:
    cargo run -- schema > schema.graphql

# Keep the schema of a release, unless it breaks what the last one promised
release-schema:
    npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund
    node tests/npm/changes.mjs {{ if path_exists("schema.released.graphql") == "true" { "schema.released.graphql" } else { "-" } }} schema.graphql --release
    cp schema.graphql schema.released.graphql

# Write the matrix of roles that is kept
roles:
    cargo run -- roles > tests/snapshots/permission-matrix.txt

# Licences, advisories and sources of the dependencies (needs cargo-deny)
deny:
    cargo deny check
