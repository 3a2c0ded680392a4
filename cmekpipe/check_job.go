package cmekpipe

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkJobName follows the rules for field name of the Dataflow API's Job.
func (c *checker) checkJobName(name string) {
	if name == "" {
		return
	}
	if !isJobName(name) {
		f := fault{reason: "got " + quote(name) + ", want a valid job name"}
		if fixed := correctJobName(name); isJobName(fixed) {
			f = f.correctedTo(fixed)
		}
		c.add(InvalidName, "job_name", f.reason,
			f.or("use a lower-case letter, then up to 1023 lower-case letters, digits and hyphens, no hyphen last").hint)
	}
}

func isJobName(name string) bool {
	return name != "" && len(name) <= 1024 && isAll(name, isProjectChar) && isLower(name[0]) && name[len(name)-1] != '-'
}

// correctJobName writes a name in lower case, with hyphens in place of other separators.
func correctJobName(name string) string {
	return strings.Trim(strings.NewReplacer("_", "-", " ", "-", ".", "-", "/", "-").Replace(strings.ToLower(name)), "-\t\r\n")
}

// checkLabels follows the rules for field labels of the Dataflow API's Job. It never prints a value, which may be user
// data.
func (c *checker) checkLabels(labels map[string]string) {
	const field = "labels"
	if len(labels) > 64 {
		c.add(InvalidOptions, field, "got "+strconv.Itoa(len(labels))+" labels, want at most 64", "remove labels until 64 are left")
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if first, _ := utf8.DecodeRuneInString(key); !isLabelLetter(first) || !isLabel(key) {
			c.add(InvalidName, field, "got label "+quote(key)+", want a valid key",
				"use a lower-case letter, then up to 62 lower-case letters, digits, underscores and hyphens")
		}
		if !isLabel(labels[key]) {
			c.add(InvalidName, field, "got an invalid value of label "+quote(key)+" (not shown)",
				"use up to 63 lower-case letters, digits, underscores and hyphens")
		}
	}
}

func isLabel(s string) bool {
	bad := func(r rune) bool { return !isLabelLetter(r) && !unicode.IsNumber(r) && r != '_' && r != '-' }
	return utf8.RuneCountInString(s) <= 63 && len(s) <= 128 && strings.IndexFunc(s, bad) < 0
}

func isLabelLetter(r rune) bool { return unicode.In(r, unicode.Ll, unicode.Lo) }

// checkSDKVersion requires a version such as "2.77.0" or "2.77.0-RC1", at least the oldest SDK for Go that supports keys.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func (c *checker) checkSDKVersion(version string) {
	const field = "sdk_version"
	if version == "" {
		return
	}
	release, _, _ := strings.Cut(version, "-")
	var numbers []int
	for part := range strings.SplitSeq(release, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || !isAll(part, isDigit) {
			break
		}
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) != 3 || strings.Count(release, ".") != 2:
		c.add(InvalidOptions, field, "got "+quote(version)+", want a version of Beam", "use one such as 2.77.0")
	case slices.Compare(numbers, []int{2, 40, 0}) < 0:
		c.add(InvalidOptions, field, "got "+quote(version)+", want an SDK for Go that supports customer-managed keys",
			"use 2.40.0 or newer: go get github.com/apache/beam/sdks/v2@latest")
	}
}

func (c *checker) checkServiceAccount(email string) {
	if email == "" {
		return
	}
	name, domain, _ := strings.Cut(email, "@")
	if name == "" || !isAll(name, isBucketChar) || !isDomain(domain) {
		c.add(InvalidName, "service_account_email", "got "+quote(email)+", want the e-mail address of a service account",
			"use NAME@PROJECT.iam.gserviceaccount.com; list yours: gcloud iam service-accounts list"+c.projectFlag())
	}
}

// checkReviewed allows a list of reviewed code for a strict launch only: without Strict it would have no effect.
func (c *checker) checkReviewed(cfg Config) {
	const field = "cmek_reviewed"
	if len(cfg.Reviewed) > 0 && !cfg.Strict {
		c.add(InvalidOptions, field, "got reviewed code without cmek_strict, want both or none", "set cmek_strict to true, or leave out cmek_reviewed")
	}
	if slices.Contains(cfg.Reviewed, "") {
		c.add(InvalidOptions, field, "got an empty entry, want the identity of code or of a service",
			"write an entry as the error of a strict launch prints it")
	}
}
