// Package troubleshooter serves the loopback Policy Troubleshooter, API v3 over HTTP, for Google's own client
// google.golang.org/api/policytroubleshooter/v3. It explains whether a principal has a permission on a resource by the allow
// and deny policies of package access that decide now.
//
// # Answers
//
// CAN_ACCESS, CANNOT_ACCESS, UNKNOWN_CONDITIONAL if a condition needs an attribute that the request's condition context
// lacks, and UNKNOWN_INFO if the caller may not read a policy or a group decides. A policy that the caller may not read is
// explained without its name, bindings and text. As in Google's service, principal access boundaries, VPC Service Controls
// and access control lists of Cloud Storage count for nothing.
//
// Resources are those of Cloud KMS, Resource Manager and IAM; any other resource "//SERVICE/projects/PROJECT/…" has the
// policies of its project. Buckets, whose full names have no project, are refused.
package troubleshooter
