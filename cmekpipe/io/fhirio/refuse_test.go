package fhirio_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const (
	keyName   = "projects/clinic-keys/locations/us-central1/keyRings/prod/cryptoKeys/records"
	farKey    = "projects/clinic-keys/locations/europe-west3/keyRings/prod/cryptoKeys/records"
	offStore  = "projects/clinic/locations/us-central1/datasets/records/fhirStores/main"
	offSource = "projects/clinic/locations/us-central1/datasets/raw/fhirStores/main"
)

func mustKey(t testing.TB, name string) cmekpipe.KeyName {
	t.Helper()
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestWrongUseIsRefusedWhenThePipelineIsBuilt(t *testing.T) {
	key := mustKey(t, keyName)
	store, far := key.MustFHIRStore(offStore), mustKey(t, farKey).MustFHIRStore(offStore)
	folder, pattern := key.MustObject("gs://clinic/f"), key.MustObject("gs://clinic/f*")
	long, err := key.Object("gs://clinic/" + strings.Repeat("n", 1000))
	if err != nil {
		t.Fatal(err)
	}
	texts := func(s beam.Scope) beam.PCollection { return beam.Create(s, "{}") }
	numbers := func(s beam.Scope) beam.PCollection { return beam.Create(s, 1) }
	none := func(beam.Scope) beam.PCollection { return beam.PCollection{} }
	imports := func(store cmekpipe.FHIRStore, temp, dead cmekpipe.Object, col func(beam.Scope) beam.PCollection) func(beam.Scope) {
		return func(s beam.Scope) { fhirio.Import(s, store, temp, dead, fhirio.ContentStructureResource, col(s)) }
	}
	bundles := func(store cmekpipe.FHIRStore, col func(beam.Scope) beam.PCollection) func(beam.Scope) {
		return func(s beam.Scope) { fhirio.ExecuteBundles(s, store, col(s)) }
	}
	deidentify := func(src string, dst cmekpipe.FHIRStore) func(beam.Scope) {
		return func(s beam.Scope) { fhirio.Deidentify(s, src, dst, nil) }
	}
	var zero cmekpipe.Object
	for _, tt := range []struct {
		name  string
		build func(beam.Scope)
		code  cmekpipe.Code
		about string
		hint  string
	}{
		{"Import, zero store", imports(cmekpipe.FHIRStore{}, folder, folder, texts), cmekpipe.KeyMissing, "FHIR store", "key.FHIRStore"},
		{"Import, store elsewhere", imports(far, folder, folder, texts), cmekpipe.LocationMismatch, offStore, "us-central1"},
		{"Import, no temp folder", imports(store, zero, folder, texts), cmekpipe.KeyMissing, "folder of temporary files", "key.Object"},
		{"Import, no dead letter folder", imports(store, folder, zero, texts), cmekpipe.KeyMissing, "folder of failed files", "key.Object"},
		{"Import, pattern", imports(store, pattern, folder, texts), cmekpipe.InvalidName, "gs://clinic/f*", "without"},
		{"Import, long name", imports(store, long, folder, texts), cmekpipe.InvalidName, "", "shorten"},
		{"Import, numbers", imports(store, folder, folder, numbers), cmekpipe.InvalidOptions, offStore, "format"},
		{"Import, zero collection", imports(store, folder, folder, none), cmekpipe.InvalidOptions, offStore, "transform"},
		{"ExecuteBundles, zero store", bundles(cmekpipe.FHIRStore{}, texts), cmekpipe.KeyMissing, "FHIR store", "key.FHIRStore"},
		{"ExecuteBundles, store elsewhere", bundles(far, texts), cmekpipe.LocationMismatch, offStore, "us-central1"},
		{"ExecuteBundles, numbers", bundles(store, numbers), cmekpipe.InvalidOptions, offStore, "format"},
		{"Deidentify, zero store", deidentify(offSource, cmekpipe.FHIRStore{}), cmekpipe.KeyMissing, "FHIR store", "key.FHIRStore"},
		{"Deidentify, store elsewhere", deidentify(offSource, far), cmekpipe.LocationMismatch, offStore, "us-central1"},
		{"Deidentify, malformed source", deidentify("raw", store), cmekpipe.InvalidName, "raw", "projects/"},
		{"Deidentify, source elsewhere", deidentify(strings.Replace(offSource, "us-central1", "us-east1", 1), store), cmekpipe.LocationMismatch, "", "one location"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refusal(t, tt.build)
			op, _, _ := strings.Cut(tt.name, ",")
			if e.Code != tt.code || e.Op != "fhirio."+op || !strings.Contains(e.Hint, tt.hint) || e.Err == nil {
				t.Errorf("got %v, want code %v and hint %q", e, tt.code, tt.hint)
			}
			if tt.about != "" && e.Resource != tt.about {
				t.Errorf("got resource %q, want %q", e.Resource, tt.about)
			}
		})
	}
}

func refusal(t *testing.T, build func(beam.Scope)) (e *cmekpipe.Error) {
	t.Helper()
	defer func() {
		var ok bool
		if e, ok = recover().(*cmekpipe.Error); !ok {
			t.Fatalf("got no panic with a *cmekpipe.Error")
		}
	}()
	_, s := beam.NewPipelineWithRoot()
	build(s)
	return nil
}

func TestGuardReadsDestinationsAndKeysOffTheGraph(t *testing.T) {
	key, tempKey, deadKey := mustKey(t, keyName), mustKey(t, keyName+"-temp"), mustKey(t, keyName+"-dead")
	store, temp, dead := key.MustFHIRStore(offStore), tempKey.MustObject("gs://clinic/temp"), deadKey.MustObject("gs://clinic/dead")
	unbounded := func(s beam.Scope) beam.PCollection {
		config := teststream.NewConfig()
		_ = config.AddElements(0, "{}")
		return teststream.Create(s, config)
	}
	type found struct {
		Destination string
		Key         cmekpipe.KeyName
	}
	all := map[string]found{
		"fhirio.batchFn": {"gs://clinic/temp", tempKey}, "fhirio.loadFn": {offStore, key}, "fhirio.deadLetterFn": {"gs://clinic/dead", deadKey},
	}
	for name, tt := range map[string]struct {
		build func(beam.Scope)
		want  map[string]found
	}{
		"Import":           {func(s beam.Scope) { fhirio.Import(s, store, temp, dead, 0, beam.Create(s, "{}")) }, all},
		"Import unbounded": {func(s beam.Scope) { fhirio.Import(s, store, temp, dead, 0, unbounded(s)) }, all},
		"ExecuteBundles":   {func(s beam.Scope) { fhirio.ExecuteBundles(s, store, beam.Create(s, "{}")) }, map[string]found{"fhirio.bundleFn": {offStore, key}}},
		"Deidentify":       {func(s beam.Scope) { fhirio.Deidentify(s, offSource, store, nil) }, map[string]found{"fhirio.maskFn": {offStore, key}}},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			tt.build(s)
			coverage, err := guard.Inspect(p)
			if err == nil {
				err = coverage.Err()
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]found{}
			for _, f := range coverage.Transforms {
				switch f.Verdict {
				case guard.Protected:
					got[f.Name] = found{f.Destination, f.Key}
				case guard.Neutral:
				default:
					t.Errorf("got %s %s, want nothing but protected and neutral transforms", f.Verdict, f.Path())
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestEveryDoFnSaysWhatItStores(t *testing.T) {
	key := mustKey(t, keyName)
	store, folder := key.MustFHIRStore(offStore), key.MustObject("gs://clinic/f")
	p, s := beam.NewPipelineWithRoot()
	config := teststream.NewConfig()
	_ = config.AddElements(time.Now().UnixMilli(), "{}")
	for _, col := range []beam.PCollection{beam.Create(s, "{}"), teststream.Create(s, config)} {
		fhirio.Import(s, store, folder, folder, 0, col)
	}
	fhirio.ExecuteBundles(s, store, beam.Create(s, "{}"))
	fhirio.Deidentify(s, offSource, store, nil)
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range edges {
		if e.DoFn == nil || e.DoFn.Recv == nil || !strings.Contains(e.DoFn.Name(), "cmekpipe/io/fhirio") {
			continue
		}
		if _, marked := destination.Of(e.DoFn.Recv); marked == destination.IsHelper(e.DoFn.Recv) {
			t.Errorf("%s is both or neither of a sink and a helper", e.DoFn.Name())
		}
		seen[e.DoFn.Name()] = true
	}
	if len(seen) != 9 {
		t.Errorf("got DoFns %v, want all nine", seen)
	}
}
