package kms

import (
	"strings"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// checkPlace refuses a key ring in a location that an organization policy forbids.
func (s *store) checkPlace(ring string) error {
	parts := strings.Split(ring, "/")
	project, place := parts[1], parts[3]
	if s.env.Constraints == nil || place == "global" || s.env.Constraints.Allows(project, core.ResourceLocations, place) {
		return nil
	}
	return violated(core.ResourceLocations, project, "to create a key ring in ["+place+"]")
}

// checkPolicies refuses a new key with a protection level, or a time until the destruction of its versions, that an
// organization policy forbids.
func (s *store) checkPolicies(k *kmspb.CryptoKey, project string) error {
	if s.env.Constraints == nil {
		return nil
	}
	if level := k.VersionTemplate.ProtectionLevel.String(); !s.env.Constraints.Allows(project, core.AllowedProtectionLevels, level) {
		return violated(core.AllowedProtectionLevels, project, "to create a CryptoKey with protection level "+level)
	}
	if d := k.DestroyScheduledDuration.AsDuration(); !s.env.Constraints.Allows(project, core.MinimumDestruction, step(d)) {
		return violated(core.MinimumDestruction, project, "to create a CryptoKey with destroy_scheduled_duration "+d.String())
	}
	return nil
}

func violated(constraint, project, attempt string) error {
	return precondition("%s", core.Violated(constraint, project, attempt).Message)
}

// step returns the longest duration that the constraint has a value for and that is not longer than d.
func step(d time.Duration) string {
	const least = "0d"
	name := least
	for _, s := range []struct {
		name string
		days time.Duration
	}{{"7d", 7}, {"15d", 15}, {"30d", 30}, {"60d", 60}, {"90d", 90}, {"120d", 120}} {
		if d >= s.days*day {
			name = s.name
		}
	}
	return name
}

// mustDisableFirst reports whether a policy allows only disabled versions to be destroyed.
func (s *store) mustDisableFirst(project string) bool {
	return s.env.Constraints != nil && s.env.Constraints.Enforced(project, core.DisableBeforeDestroy)
}
