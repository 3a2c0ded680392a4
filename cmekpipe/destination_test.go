package cmekpipe_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// checkCreates checks a function that creates a destination with good names, and the text form of each result.
func checkCreates[D destination](t *testing.T, create func(cmekpipe.KeyName, string) (D, error), good map[string]string) {
	t.Helper()
	for name, want := range good {
		t.Run(name, func(t *testing.T) {
			key := mustKeyName(t)
			d, err := create(key, name)
			if err != nil {
				t.Fatal(err)
			}
			if !d.Valid() || d.Key() != key || d.String() != want {
				t.Errorf("got %q under %q, valid %t, want %q under %q, valid", d, d.Key(), d.Valid(), want, key)
			}
			checkTextRoundTrip(t, d)
			if text, _ := d.MarshalText(); string(text) != goodKey+" "+want {
				t.Errorf("got text %q, want the key's name, a space and %q", text, want)
			}
		})
	}
}

func checkRefuses[D destination](t *testing.T, create func(cmekpipe.KeyName, string) (D, error), op string, bad []refusal) {
	t.Helper()
	for _, tt := range bad {
		t.Run(tt.name, func(t *testing.T) {
			d, err := create(mustKeyName(t), tt.text)
			var zero D
			if d != zero {
				t.Errorf("got %v, want the zero destination", d)
			}
			checkRefusal(t, err, op, cmekpipe.InvalidName, tt.text, tt.reason)
			checkUnmarshalRefuses[D](t, goodKey+" "+tt.text, cmekpipe.InvalidName)
		})
	}
}

func checkUnmarshalRefuses[D destination](t *testing.T, text string, code cmekpipe.Code) {
	t.Helper()
	var d, zero D
	if err := any(&d).(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); !errors.Is(err, code) || d != zero {
		t.Errorf("UnmarshalText(%q): got %v and %v, want the zero destination and %v", text, d, err, code)
	}
}

// checkWire checks that text from a network follows the rules for text that is typed.
func checkWire[D destination](t *testing.T, name string) {
	t.Helper()
	for _, text := range []string{
		"x", " ", name, goodKey, goodKey + " ", goodKey + "  " + name, goodKey + "/cryptoKeyVersions/1 " + name,
		goodKey + "\t" + name, " " + name, "projects/x " + name, goodKey + " " + name + "\n",
	} {
		checkUnmarshalRefuses[D](t, text, cmekpipe.InvalidName)
	}
	var zero D
	if zero.Valid() || zero.Key().Valid() || zero.String() != "" {
		t.Errorf("got %#v, want nothing in it", zero)
	}
	checkTextRoundTrip(t, zero)
	text, err := json.Marshal(map[string]D{"d": zero})
	if err != nil || string(text) != `{"d":""}` {
		t.Errorf("got %s and %v for the zero destination, want empty text", text, err)
	}
}

func TestDestinationsOnTheWireFollowTheRules(t *testing.T) {
	checkWire[cmekpipe.Object](t, "gs://bank-out/a")
	checkWire[cmekpipe.BigQueryTable](t, "bank-prod.d.t")
	checkWire[cmekpipe.PubSubTopic](t, "projects/bank-prod/topics/abc")
	checkWire[cmekpipe.SpannerDatabase](t, "projects/bank-prod/instances/in/databases/db")
	checkWire[cmekpipe.BigtableTable](t, "projects/bank-prod/instances/main-1/tables/t")
	checkWire[cmekpipe.DatastoreDatabase](t, "projects/bank-prod/databases/(default)")
	checkWire[cmekpipe.FHIRStore](t, "projects/bank-prod/locations/us/datasets/d/fhirStores/f")
	checkWire[cmekpipe.BigQueryProject](t, "bank-prod")
}

func TestMustFormsPanicWithTheError(t *testing.T) {
	k := mustKeyName(t)
	for name, f := range map[string]func(){
		"MustObject":            func() { k.MustObject("gs:/b/o") },
		"MustTable":             func() { k.MustBigQueryTable("t") },
		"MustTopic":             func() { k.MustPubSubTopic("t") },
		"MustDatabase":          func() { k.MustSpannerDatabase("d") },
		"MustQuery":             func() { k.MustBigQueryProject("") },
		"MustBigtableTable":     func() { k.MustBigtableTable("t") },
		"MustDatastoreDatabase": func() { k.MustDatastoreDatabase("d") },
		"MustFHIRStore":         func() { k.MustFHIRStore("s") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, cmekpipe.InvalidName) {
					t.Errorf("got panic %v, want %v", err, cmekpipe.InvalidName)
				}
			}()
			f()
		})
	}
}
