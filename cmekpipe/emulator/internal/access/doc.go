// Package access decides which member may do what in the loopback cloud: allow policies of keys, key rings, projects, folders
// and organizations, which are inherited from above; deny policies; predefined and custom roles. Cloud KMS, Resource Manager,
// IAM and the Policy Troubleshooter use one [Store].
//
// # Decisions
//
// A member has a permission on a resource if a binding grants it, in the policy of the resource or of anything above, by a
// role with that permission, and the binding's condition holds; and if no deny policy of the project, folders or
// organization denies it. Package condition says which conditions are evaluated; all others are refused when a policy is set.
// Groups have no members here. A policy decides as soon as it is set, unless [Store.Delay] delays it.
//
// [core.Owner] needs no binding: it has every permission but those to encrypt and decrypt. Deny policies apply to it too.
//
// # Roles
//
// Predefined roles hold the permissions that a pipeline with a key and its checks need; Google's hold more. A binding with a
// role that this package doesn't know is refused. Source: https://docs.cloud.google.com/iam/docs/roles-permissions.
//
// # Errors
//
// Errors have gRPC codes.
//
// # Concurrency
//
// A Store is safe for concurrent use.
package access
