package access

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access/condition"
)

// attributes returns what conditions may know of a request about a resource now. Source:
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes.
func (s *Store) attributes(resource string) condition.Attributes {
	resource = s.tree.Canonical(resource)
	service, kind := TypeOf(resource)
	return condition.Attributes{Name: resource, Type: kind, Service: service, Time: s.now()}
}

// TypeOf returns the service and the type of a resource, as conditions name them.
func TypeOf(resource string) (service, kind string) {
	parts := strings.Split(resource, "/")
	collection := parts[max(len(parts)-2, 0)]
	switch collection {
	case "projects", "folders", "organizations":
		service = "cloudresourcemanager.googleapis.com"
		return service, service + "/" + map[string]string{"projects": "Project", "folders": "Folder", "organizations": "Organization"}[collection]
	case "serviceAccounts":
		return "iam.googleapis.com", "iam.googleapis.com/ServiceAccount"
	}
	service = "cloudkms.googleapis.com"
	return service, service + "/" + map[string]string{"keyRings": "KeyRing", "cryptoKeys": "CryptoKey", "cryptoKeyVersions": "CryptoKeyVersion", "locations": "Location"}[collection]
}

// FullName returns the full resource name: "//cloudkms.googleapis.com/projects/…".
func FullName(resource string) string {
	service, _ := TypeOf(resource)
	return "//" + service + "/" + strings.TrimPrefix(resource, "/")
}
