// Package serviceusage serves the loopback Service Usage, APIs v1 and v1beta1 over HTTP, for Google's own clients
// google.golang.org/api/serviceusage/v1 and v1beta1. It also refuses the calls of the other loopback APIs to services that
// are off: see [State].
//
// # Scope
//
// Services with get, batchGet, list, enable, batchEnable and disable; consumer quota metrics of Cloud KMS with get and list;
// generateServiceIdentity. Operations are done when they return. Overrides of quotas answer 501 with the method's name.
//
// # What is simplified
//
// Services don't depend on each other. The quotas of Cloud KMS are those of both metric families, with the limits that
// Google has published for the older one; the newer ones have no published limits. They are shown and not enforced. Service
// agents exist in every project.
package serviceusage
