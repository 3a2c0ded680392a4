// Package iam serves the loopback IAM, APIs v1 and v2 over HTTP, for Google's own clients google.golang.org/api/iam/v1 and
// v2: predefined and custom roles and deny policies of package access, and service accounts.
//
// # Scope
//
// Roles with get and list; those of projects and organizations with create, get, list, patch, delete and undelete. Service
// accounts with create, get, list, disable, enable and delete, and their allow policies. Deny policies with create, get,
// list, update and delete, whose operations are done when they return. Keys of service accounts, signing and workload
// identities answer 501 with the method's name.
//
// # What is simplified
//
// A predefined role lists only the permissions that package access knows. The default service account of Compute Engine
// exists in every project; policies may name service accounts that don't exist.
package iam
