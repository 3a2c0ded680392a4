// Package compute serves reads of the loopback Compute Engine, API v1 over HTTP, for Google's own client
// google.golang.org/api/compute/v1: subnetworks, images, instances and disks that a test put there with [Server.Put].
//
// # Scope
//
// Subnetworks, images, instances and disks with get and list; images.getFromFamily, which returns the newest image of a family
// that is not deprecated. Lists have no filters. Everything else answers 501.
//
// # Permissions
//
// Every call needs its permission on the project.
package compute
