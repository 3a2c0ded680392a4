package cmekpipe_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const secretLabel = "Account 4711 of Mrs. Smith"

func labelFault(name string, labels map[string]string, code cmekpipe.Code, reason string) singleFault {
	text, err := json.Marshal(labels)
	if err != nil {
		panic(err)
	}
	return singleFault{"labels " + name, fields{"labels": string(text)}, func(c *cmekpipe.Config) { c.Labels = labels },
		code, "labels", reason}
}

func metadataFaults() []singleFault {
	many := make(map[string]string)
	for i := range 65 {
		many[fmt.Sprintf("k%d", i)] = ""
	}
	faults := []singleFault{
		labelFault("too many", many, cmekpipe.InvalidOptions, "got 65 labels, want at most 64"),
		labelFault("upper-case key", map[string]string{"Team": "x"}, cmekpipe.InvalidName, `got label "Team"`),
		labelFault("empty key", map[string]string{"": "x"}, cmekpipe.InvalidName, `got label ""`),
		labelFault("digit first", map[string]string{"1team": "x"}, cmekpipe.InvalidName, `got label "1team"`),
		labelFault("newline in key", map[string]string{"team\n": "x"}, cmekpipe.InvalidName, `got label "team\n"`),
		labelFault("long key", map[string]string{strings.Repeat("k", 64): "x"}, cmekpipe.InvalidName, "got label"),
		labelFault("many bytes", map[string]string{strings.Repeat("日", 43): "x"}, cmekpipe.InvalidName, "got label"),
		labelFault("bad value", map[string]string{"team": secretLabel}, cmekpipe.InvalidName, `got an invalid value of label "team"`),
		labelFault("long value", map[string]string{"team": strings.Repeat("v", 64)}, cmekpipe.InvalidName, "got an invalid value"),
	}
	name := func(c *cmekpipe.Config) *string { return &c.JobName }
	for _, bad := range []string{"Nightly", "1nightly", "-nightly", "nightly-", "nightly_1", "nightly\n", "nächtlich",
		strings.Repeat("n", 1025)} {
		faults = append(faults, textFault("job_name", bad, cmekpipe.InvalidName, "want a valid job name", name))
	}
	email := func(c *cmekpipe.Config) *string { return &c.ServiceAccountEmail }
	for _, bad := range []string{"workers", "@p.iam.gserviceaccount.com", "workers@", "workers@localhost", "a b@example.com",
		"workers@example.com\n", "workers@a@example.com", "Workers@example.com"} {
		faults = append(faults, textFault("service_account_email", bad, cmekpipe.InvalidName, "want the e-mail address", email))
	}
	return faults
}

func TestMetadataAtTheLimitsIsAccepted(t *testing.T) {
	labels := map[string]string{"team": "", strings.Repeat("k", 63): strings.Repeat("v", 63), "größe": "日本_1-x"}
	for i := range 61 {
		labels[fmt.Sprintf("k%d", i)] = "1"
	}
	for _, change := range []func(*cmekpipe.Config){
		func(c *cmekpipe.Config) { c.Labels = labels },
		func(c *cmekpipe.Config) { c.JobName = "n" },
		func(c *cmekpipe.Config) { c.JobName = "n" + strings.Repeat("-1", 511) + "x" },
		func(c *cmekpipe.Config) { c.ServiceAccountEmail = "123-compute@developer.gserviceaccount.com" },
		func(c *cmekpipe.Config) { c.ServiceAccountEmail = "workers@proj.example.com.iam.gserviceaccount.com" },
	} {
		c := goodConfig()
		change(&c)
		if _, err := cmekpipe.FromConfig(c); err != nil {
			t.Errorf("got %v, want none", err)
		}
	}
}

func TestOldSDKsAreRefused(t *testing.T) {
	for version, want := range map[string]string{
		"2.39.0": "want an SDK for Go that supports customer-managed keys", "2.39.99": "want an SDK", "1.99.0": "want an SDK", "0.0.0": "want an SDK",
		"2.39.0-RC1": "want an SDK", "2": "want a version of Beam", "2.40": "want a version of Beam", "2.40.x": "want a version",
		"v2.40.0": "want a version", "2.40.0.1": "want a version", "2.40.0.x": "want a version", "+2.40.0": "want a version", "latest": "want a version",
		"2..0": "want a version", "99999999999999999999.0.0": "want a version", "2.40.0\n": "want a version", "-2.40.0": "want a version",
	} {
		t.Run(version, func(t *testing.T) {
			c := goodConfig()
			c.SDKVersion = version
			_, err := cmekpipe.FromConfig(c)
			faults := cmekpipe.OptionErrors(err)
			if len(faults) != 1 {
				t.Fatalf("got %v, want one fault", err)
			}
			checkRefusal(t, faults[0], "", cmekpipe.InvalidOptions, "sdk_version", want)
		})
	}
	for _, version := range []string{"", "2.40.0", "2.77.0", "2.77.0-SNAPSHOT", "3.0.0", "2.100.1", "10.0.0"} {
		c := goodConfig()
		c.SDKVersion = version
		if _, err := cmekpipe.FromConfig(c); err != nil {
			t.Errorf("SDK %q: got %v, want none", version, err)
		}
	}
}

func TestLabelValuesAreNeverPrinted(t *testing.T) {
	c := goodConfig()
	c.Labels = map[string]string{"team": secretLabel, "Bad": secretLabel}
	_, configErr := cmekpipe.FromConfig(c)
	errs := []error{configErr}
	for _, text := range []string{`{"team":"` + secretLabel + `"}`, `{"team":"` + secretLabel + `"`, `["` + secretLabel + `"]`, secretLabel} {
		all := goodFields()
		all["labels"] = text
		_, err := fromFields(t, all)
		errs = append(errs, err)
	}
	for _, err := range errs {
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, cmekpipe.OptionErrors(err)), "4711") {
			t.Errorf("got %v, want a refusal without the value", err)
		}
	}
}
