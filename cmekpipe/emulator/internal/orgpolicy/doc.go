// Package orgpolicy serves the loopback Organization Policy, API v2 over HTTP, for Google's own client
// google.golang.org/api/orgpolicy/v2, and decides for the other loopback APIs what policies allow: see [Store].
//
// # Scope
//
// Policies of projects, folders and organizations with create, get, patch, delete, list and getEffectivePolicy; constraints
// with list. Conditions, which are about tags, parameters of managed constraints and custom constraints are refused with 501.
// A dry-run specification is kept and has no effect.
//
// # Constraints
//
// The services enforce gcp.restrictNonCmekServices and gcp.restrictCmekCryptoKeyProjects for what they create, and
// gcp.resourceLocations for buckets, datasets, key rings, clusters of Bigtable and databases of Firestore. Cloud KMS enforces
// the constraints cloudkms.*. The other constraints that this package knows can be set and read only.
//
// A policy replaces those above it, or is merged with them if it inherits. A value is denied if a rule denies it, and allowed
// if a rule allows it or no rule lists allowed values. Policies apply to new resources, at once.
package orgpolicy
