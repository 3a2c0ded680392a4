package core

import (
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// The constraints of organization policies that servers enforce. Source:
// https://docs.cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints.
const (
	RestrictNonCMEKServices       = "gcp.restrictNonCmekServices"
	RestrictCMEKCryptoKeyProjects = "gcp.restrictCmekCryptoKeyProjects"
	ResourceLocations             = "gcp.resourceLocations"
	MinimumDestruction            = "cloudkms.minimumDestroyScheduledDuration"
	DisableBeforeDestroy          = "cloudkms.disableBeforeDestroy"
	AllowedProtectionLevels       = "cloudkms.allowedProtectionLevels"
)

// Constraints are the organization policies that apply to projects.
type Constraints interface {
	// Allows reports whether the policy of a list constraint allows a value in a project.
	Allows(project, constraint, value string) bool
	// Enforced reports whether a boolean constraint is enforced in a project.
	Enforced(project, constraint string) bool
}

// Violation is the refusal of a call by an organization policy. Its text is that of Google's services that have no text of
// their own.
type Violation struct {
	Constraint string
	Message    string
}

// Error returns the text.
func (v *Violation) Error() string { return v.Message }

// Violated returns a violation of a constraint in a project by an attempt such as "to use key K".
func Violated(constraint, project, attempt string) *Violation {
	return &Violation{constraint, "Constraint constraints/" + constraint + " violated for projects/" + ProjectNumber(project) + " attempting " + attempt + "."}
}

// Creation is a new resource, for [Env.CheckCreation].
type Creation struct {
	Project string
	Service string // "storage.googleapis.com"
	// Location is where the resource is; "" if the policy for locations doesn't apply to it.
	Location string
	// Keys are the keys that encrypt the resource.
	Keys []cmekpipe.KeyName
}

// CheckCreation returns a [*Violation] if a policy forbids a new resource: for its location, for its keys, or because it has
// none.
func (e *Env) CheckCreation(c Creation) error {
	if e.Constraints == nil {
		return nil
	}
	keys := slices.DeleteFunc(slices.Clone(c.Keys), func(k cmekpipe.KeyName) bool { return !k.Valid() })
	switch {
	case c.Location != "" && !e.Constraints.Allows(c.Project, ResourceLocations, c.Location):
		return Violated(ResourceLocations, c.Project, "to create a resource in ["+c.Location+"]")
	case len(keys) == 0 && !e.Constraints.Allows(c.Project, RestrictNonCMEKServices, c.Service):
		return Violated(RestrictNonCMEKServices, c.Project, "to create a resource without specifying a KMS CryptoKey")
	}
	for _, key := range keys {
		if !e.Constraints.Allows(c.Project, RestrictCMEKCryptoKeyProjects, "projects/"+key.Project()) {
			return Violated(RestrictCMEKCryptoKeyProjects, c.Project, "to use "+key.String()+" key")
		}
	}
	return nil
}
