package condition_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access/condition"
)

func attributes() condition.Attributes {
	return condition.Attributes{
		Name: "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k", Type: "cloudkms.googleapis.com/CryptoKey",
		Service: "cloudkms.googleapis.com", Time: time.Date(2026, 11, 30, 22, 30, 5, 0, time.UTC),
	}
}

func TestHolds(t *testing.T) {
	for source, want := range map[string]bool{
		`true`: true,
		`resource.service == "cloudkms.googleapis.com"`:                                   true,
		`resource.service != 'cloudkms.googleapis.com'`:                                   false,
		`resource.name.startsWith("projects/bank-keys/") && resource.name.endsWith('/k')`: true,
		`resource.type in ["a", "cloudkms.googleapis.com/CryptoKey"]`:                     true,
		`resource.type in []`:                                                                                     false,
		`resource.name.extract("/keyRings/{ring}/") == "r"`:                                                       true,
		`resource.name.extract("/cryptoKeys/{key}") == "k"`:                                                       true,
		`resource.name.extract("/topics/{t}") == ""`:                                                              true,
		`request.time < timestamp("2026-12-01T00:00:00Z")`:                                                        true,
		`request.time >= timestamp("2026-12-01T00:00:00Z") - duration("90m")`:                                     true,
		`request.time > timestamp("2026-12-01T00:00:00Z") - duration("89m")`:                                      false,
		`request.time.getHours("Europe/Berlin") == 23 && request.time.getHours() == 22`:                           true,
		`request.time.getMonth() == 10 && request.time.getDate() == 30`:                                           true,
		`request.time.getDayOfMonth() == 29 && request.time.getDayOfWeek() == 1`:                                  true,
		`!(resource.type == "x") && (false || true)`:                                                              true,
		`false && true || true`:                                                                                   true,
		`resource.name == "a\"b"`:                                                                                 false,
		`request.time.getDayOfYear() == 333 && request.time.getMinutes() == 30 && request.time.getSeconds() == 5`: true,
	} {
		c, err := condition.Parse(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := c.Holds(attributes()); got != want || err != nil {
			t.Errorf("%s: got %v, %v, want %v", source, got, err, want)
		}
	}
}

func TestAttributesThatAreNotKnown(t *testing.T) {
	for source, want := range map[string]string{
		`resource.name == "x"`:                   "unknown",
		`resource.name == "x" && false`:          "false",
		`true || resource.name == "x"`:           "true",
		`true && request.time.getFullYear() > 1`: "unknown",
		`!(resource.type.startsWith("x"))`:       "unknown",
	} {
		c, err := condition.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		holds, err := c.Holds(condition.Attributes{})
		got := map[bool]string{true: "true", false: "false"}[holds]
		if errors.Is(err, condition.ErrUnknown) {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%s: got %s, %v, want %s", source, got, err, want)
		}
	}
}

func TestWhatIsNotEvaluatedIsRefusedByName(t *testing.T) {
	for source, want := range map[string]string{
		`resource.matchTag("123/env", "prod")`:              "function resource.matchTag",
		`destination.ip == "10.0.0.1"`:                      "attribute destination.ip",
		`size("x") == 1`:                                    "function size",
		`resource.name.matches("x")`:                        "function matches",
		`api.getAttribute("x", []).hasOnly(["y"])`:          "function api.getAttribute",
		`request.auth.access_levels == "x"`:                 "attribute request.auth.access_levels",
		`resource.name == "x" ? true : false`:               `character "?"`,
		`request.time.getMilliseconds() == 1`:               "function getMilliseconds",
		`timestamp(resource.name) < request.time`:           "timestamp of an attribute",
		`duration("1s") + duration("1s") == duration("2s")`: "operator +",
		`request.time.getHours(resource.name) == 1`:         "attribute as a time zone",
	} {
		_, err := condition.Parse(source)
		var unsupported condition.Unsupported
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it refused for its %s", source, err, want)
		}
	}
}

func TestMalformedConditionsAreRefused(t *testing.T) {
	for _, source := range []string{
		"", "resource.name", `"x`, `resource.name == 1`, `resource.name ==`, `(true`, `true false`, `true && "x"`, `!"x"`,
		`true < false`, `timestamp("yesterday") < request.time`, `duration("x") == duration("1s")`, `resource.name.startsWith(1)`,
		`request.time.getHours("Nowhere") == 1`, `resource.name in "x"`, `resource.name in [1]`, `resource.name.5`, `99999999999999999999 == 1`,
		`timestamp() < request.time`, `resource.name.startsWith("x"`, `&& true`,
	} {
		_, err := condition.Parse(source)
		var unsupported condition.Unsupported
		if err == nil || errors.As(err, &unsupported) {
			t.Errorf("%s: got %v, want it refused as malformed", source, err)
		}
	}
}
