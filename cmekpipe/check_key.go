package cmekpipe

import (
	"cmp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const keyField = "dataflow_kms_key"

// checkKey requires a key in a single region: Dataflow accepts no other.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func (c *checker) checkKey(cfg Config) {
	if location.IsRegion(cfg.Region) && location.Known(cfg.Region) && cfg.Region == strings.ToLower(cfg.Region) {
		c.region = cfg.Region // so that other places are checked even if the key is bad
	}
	if cfg.Key == "" {
		c.add(KeyMissing, keyField, "got no key, want one in the region where the job is to run", keyNameForm)
		return
	}
	k, f := splitKeyName(cfg.Key)
	if fixed, err := ParseKeyName(correctKeyName(cfg.Key)); f.reason != "" && err == nil && isArea(fixed.Location()) {
		f.hint = keyInRegion(fixed, cfg.Region)
	}
	switch {
	case f.reason != "":
		c.addName(keyField, cfg.Key, f)
	case isArea(k.Location()):
		c.add(LocationMismatch, keyField, "got a key in "+quote(k.Location())+
			", want one in a single region: Dataflow accepts no other, in "+quote(cfg.Key), keyInRegion(k, cfg.Region))
	case !location.Known(k.Location()) && !c.typed && (cfg.Region != k.Location() || !location.IsRegion(k.Location())):
		c.addUnknownKeyLocation(k)
	default:
		c.key, c.region = k, k.Location()
	}
}

// isArea reports whether a Cloud KMS location is a multi-region, a dual-region or global.
func isArea(id string) bool { return location.Known(id) && !location.IsRegion(id) }

// addUnknownKeyLocation refuses a key in a location that this module does not know. Google adds regions, so the option
// region can confirm one.
func (c *checker) addUnknownKeyLocation(k KeyName) {
	where := k.Location()
	reason := "got a key in " + quote(where) + ": no such location is known"
	hint := "list the locations: gcloud kms locations list"
	if region, ok := location.ClosestRegion(where); ok {
		reason += ", did you mean " + region + "?"
		hint = "write " + k.in(region).String()
	}
	if location.IsRegion(where) {
		hint += "; if " + where + " is a new region, set region to " + where
	}
	c.add(InvalidName, keyField, reason, hint)
}

// in returns the name that k would have in another location.
func (k KeyName) in(where string) KeyName {
	moved, _ := splitKeyName(projectsPart + k.Project() + locationsPart + where + ringsPart + k.KeyRing() + keysPart + k.ID())
	return moved
}

// keyInRegion advises to use a key in a region, and how to create one. If the region is not known, it names one in k's
// multi-region as an example.
func keyInRegion(k KeyName, region string) string {
	if closest, misspelt := location.ClosestRegion(region); misspelt {
		region = closest
	}
	if !location.IsRegion(region) {
		region = map[string]string{"europe": "europe-west1", "asia": "asia-east1"}[k.Location()]
	}
	region = cmp.Or(region, "us-central1")
	in := " --location=" + region + " --project=" + k.Project()
	return "use a key in the job's region; to create one in " + region + ": gcloud kms keyrings create " + k.KeyRing() + in +
		" && gcloud kms keys create " + k.ID() + " --purpose=encryption --keyring=" + k.KeyRing() + in
}

// checkKeyOption reports whether an option names the job's key, as Beam's SDKs, the Dataflow API and templates call it,
// and requires it to name the same key.
func (c *checker) checkKeyOption(o optionRef, value string) bool {
	if !namesKey(o.name()) {
		return false
	}
	hint := o.leaveOut(value) + ": " + keyField + " is enough"
	other, f := splitKeyName(value)
	switch {
	case value == "":
		c.add(KeyMissing, o.field, "got "+quote(o.name())+" without a key, want none or the job's", hint)
	case f.reason != "":
		c.addName(o.field, value, fault{f.reason, hint})
	case c.key.Valid() && other != c.key:
		reason := "got key " + other.String() + " as " + quote(o.name()) + ", want " + c.key.String() + ", the job's"
		if number := c.key.DiffersByNumber(other); number != "" {
			reason += " (one names its project by number, so they may be the same key)"
			hint += "; the project's id: gcloud projects describe " + number + " --format='value(projectId)'"
		}
		c.add(KeyMismatch, o.field, reason, hint)
	}
	return true
}

// namesKey reports whether an option of that name, in any spelling, names the job's key.
func namesKey(option string) bool {
	switch NormalizeOptionName(option) {
	case "dataflowkmskey", "kmskeyname", "servicekmskeyname", "kmskey", "gcpkmskey":
		return true
	}
	return false
}
