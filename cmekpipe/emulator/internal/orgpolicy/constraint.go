package orgpolicy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// constraint is a constraint that policies may have.
type constraint struct {
	name, title string
	boolean     bool
	under       bool                        // accepts under:folders/N
	groups      func(group string) []string // the values of in:GROUP; nil if there are no groups
	value       *regexp.Regexp              // of a plain value; nil accepts all
	denyOnly    bool
}

var (
	serviceForm  = regexp.MustCompile(`^[a-z]+\.googleapis\.com$`)
	nodeForm     = regexp.MustCompile(`^projects/[-a-z0-9:.]+$|^(folders|organizations)/[0-9]+$`)
	durationForm = regexp.MustCompile(`^[0-9]+d$`)
	levelForm    = regexp.MustCompile(`^(SOFTWARE|HSM|HSM_SINGLE_TENANT|EXTERNAL|EXTERNAL_VPC)$`)
	locationForm = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]*$`)
)

// constraints returns the constraints, in the order of their names.
func constraints() []constraint {
	return []constraint{
		{name: core.AllowedProtectionLevels, title: "Restrict which KMS CryptoKey types may be created", value: levelForm},
		{name: core.DisableBeforeDestroy, title: "Restrict key destruction to disabled keys", boolean: true},
		{name: core.MinimumDestruction, title: "Minimum destroy scheduled duration per key", groups: durations, value: durationForm},
		{name: "compute.requireShieldedVm", title: "Shielded VMs", boolean: true},
		{name: "compute.trustedImageProjects", title: "Define trusted image projects", under: true},
		{name: "compute.vmExternalIpAccess", title: "Define allowed external IPs for VM instances", under: true},
		{name: core.ResourceLocations, title: "Google Cloud Platform - Resource Location Restriction", groups: locations, value: locationForm},
		{name: core.RestrictCMEKCryptoKeyProjects, title: "Restrict which projects may supply KMS CryptoKeys for CMEK", under: true, value: nodeForm},
		{name: core.RestrictNonCMEKServices, title: "Restrict which services may create resources without CMEK", value: serviceForm, denyOnly: true},
		{name: "iam.automaticIamGrantsForDefaultServiceAccounts", title: "Disable Automatic IAM Grants for Default Service Accounts", boolean: true},
		{name: "iam.disableCrossProjectServiceAccountUsage", title: "Disable Cross-Project Service Account Usage", boolean: true},
		{name: "iam.disableServiceAccountKeyCreation", title: "Disable service account key creation", boolean: true},
		{name: "storage.publicAccessPrevention", title: "Enforce Public Access Prevention", boolean: true},
		{name: "storage.uniformBucketLevelAccess", title: "Enforce uniform bucket-level access", boolean: true},
	}
}

func find(name string) (constraint, bool) {
	i := slices.IndexFunc(constraints(), func(c constraint) bool { return c.name == name })
	if i < 0 {
		return constraint{}, false
	}
	return constraints()[i], true
}

// days are the durations that the constraint for scheduled destruction has values for.
func days() []string { return []string{"7d", "15d", "30d", "60d", "90d", "120d"} }

// durations returns the durations of a group such as in:30d: that one and all longer ones.
func durations(group string) []string {
	if i := slices.Index(days(), group); i >= 0 {
		return days()[i:]
	}
	return nil
}

// locations returns the locations of a value group. Google's groups have more; those of the EU lack europe, a location of Cloud
// KMS. Source: https://docs.cloud.google.com/resource-manager/docs/organization-policy/defining-locations.
func locations(group string) []string {
	switch group {
	case "us-locations":
		return []string{"us", "nam3", "nam4", "nam5", "nam6", "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4"}
	case "eu-locations":
		return []string{"eu", "eur3", "eur4", "eur8", "europe-central2", "europe-north1", "europe-southwest1", "europe-west1", "europe-west10",
			"europe-west12", "europe-west3", "europe-west4", "europe-west8", "europe-west9"}
	}
	if region, ok := strings.CutSuffix(group, "-locations"); ok && strings.Contains(region, "-") {
		return []string{region, region + "-a", region + "-b", region + "-c", region + "-d", region + "-f"}
	}
	return nil
}

// check explains why a constraint can't have a value; "" if it can.
func (c constraint) check(value string) string {
	prefix, rest, found := strings.Cut(value, ":")
	switch {
	case !found || prefix == "is":
		if plain := strings.TrimPrefix(value, "is:"); c.value != nil && !c.value.MatchString(plain) {
			return "want another form for constraint " + c.name
		}
	case prefix == "under":
		if !c.under || !nodeForm.MatchString(rest) {
			return "want projects/ID, folders/NUMBER or organizations/NUMBER after under:, in a constraint about projects"
		}
	case prefix == "in":
		if c.groups == nil || len(c.groups(rest)) == 0 {
			return "want a value group that the loopback cloud has for constraint " + c.name
		}
	default:
		return "want a plain value or one with is:, in: or under:"
	}
	return ""
}

// expand returns values with groups replaced by what is in them, and without the prefix is:.
func (c constraint) expand(values []string) []string {
	var all []string
	for _, v := range values {
		if group, ok := strings.CutPrefix(v, "in:"); ok {
			all = append(all, c.groups(group)...)
			continue
		}
		all = append(all, strings.TrimPrefix(v, "is:"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
