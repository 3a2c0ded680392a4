// Package fhirsink has the harnesses of the conformance suite for package fhirio.
package fhirsink

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance"
)

func init() {
	beam.RegisterType(reflect.TypeFor[conformance.Row]())
	beam.RegisterDoFn(&resourceFn{})
	beam.RegisterDoFn(&bundleFn{})
}

// Import writes each row as a resource through files.
func Import() conformance.Harness {
	h := harness("fhirio.Import", false)
	h.Writes = []emulator.Method{"healthcare.datasets.get", "storage.objects.insert", "healthcare.fhirStores.import",
		"healthcare.operations.get", "storage.objects.list"}
	h.Also = []emulator.Method{"storage.objects.delete"} // a file that can't be deleted is reported in the log
	return h
}

// ExecuteBundles writes rows as bundles that store each as a resource under its id.
func ExecuteBundles() conformance.Harness {
	h := harness("fhirio.ExecuteBundles", true)
	h.Writes = []emulator.Method{"healthcare.datasets.get", "healthcare.fhir.executeBundle"}
	return h
}

func harness(name string, bundles bool) conformance.Harness {
	return conformance.Harness{
		Name: name, KeyLocation: "us-central1", ExactlyOnce: true, MaxPayload: 8 << 20, Second: conformance.Repeats,
		Names:    []string{"a.b-c_d", "0", strings.Repeat("n", 200)},
		Partial:  "a store shows each resource at once",
		Inherits: []emulator.Kind{"fhirResource"},
		New: func(_ testing.TB, cloud *cmektest.Cloud) conformance.Sink {
			return &sink{cloud: cloud, bundles: bundles, bucket: "fhir-scratch"}
		},
	}
}

type sink struct {
	cloud   *cmektest.Cloud
	bundles bool
	bucket  string
	made    bool // the bucket exists
}

// Isolate returns a sink with a bucket of its own. Each store is in a dataset of its own anyway.
func (s *sink) Isolate(tag string) conformance.Sink {
	return &sink{cloud: s.cloud, bundles: s.bundles, bucket: s.bucket + "-" + tag}
}

// Destination is a store in a dataset of its own, because the dataset has the key.
func (*sink) Destination(name string) string {
	return "projects/" + cmektest.Project + "/locations/us-central1/datasets/" + name + "/fhirStores/" + name
}

func (s *sink) Prepare(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	if !s.made {
		s.cloud.CreateBucket(s.bucket, "us-central1", cmekpipe.KeyName{})
		s.made = true
	}
	s.Occupy(t, name, key)
}

// Occupy creates a new dataset, because a dataset's key never changes.
func (s *sink) Occupy(t testing.TB, name string, key cmekpipe.KeyName) {
	t.Helper()
	dataset, _, _ := strings.Cut(s.Destination(name), "/fhirStores/")
	datasets := s.cloud.HealthcareClient().Projects.Locations.Datasets
	if _, err := datasets.Get(dataset).Do(); err == nil {
		if _, err := datasets.Delete(dataset).Do(); err != nil {
			t.Fatal(err)
		}
	}
	s.cloud.CreateFHIRStore(s.Destination(name), key)
}

func (s *sink) Write(scope beam.Scope, name string, key cmekpipe.KeyName, rows beam.PCollection) {
	store, err := key.FHIRStore(s.Destination(name))
	if err != nil {
		panic(err)
	}
	if s.bundles {
		fhirio.ExecuteBundles(scope, store, beam.ParDo(scope, &bundleFn{}, rows))
		return
	}
	temp, err := key.Object("gs://" + s.bucket + "/temp")
	if err != nil {
		panic(err)
	}
	failed, err := key.Object("gs://" + s.bucket + "/failed")
	if err != nil {
		panic(err)
	}
	fhirio.Import(scope, store, temp, failed,
		fhirio.ContentStructureResource, beam.ParDo(scope, &resourceFn{}, rows))
}

// basic is a row as a FHIR resource.
type basic struct {
	ResourceType string      `json:"resourceType"`
	ID           string      `json:"id"`
	Extension    []extension `json:"extension"`
}

type extension struct {
	URL         string `json:"url"`
	ValueString string `json:"valueString"`
}

// resource returns a row's id at the service, and its resource.
func resource(row conformance.Row) (id, text string, err error) {
	id = "row-" + strconv.FormatInt(row.ID, 10)
	body, err := json.Marshal(basic{"Basic", id, []extension{{"urn:payload", row.Payload}}})
	return id, string(body), err
}

// resourceFn converts a row to a resource.
type resourceFn struct{}

// CMEKHelper tells guard that nothing is stored.
func (f *resourceFn) CMEKHelper() destination.None { return destination.None{} }

// ProcessElement converts a row.
func (f *resourceFn) ProcessElement(row conformance.Row) (string, error) {
	_, text, err := resource(row)
	return text, err
}

// bundledRows is the number of rows in one FHIR bundle, as in a pipeline that limits the number of its calls.
const bundledRows = 50

// bundleFn collects the rows of a Beam bundle in FHIR bundles.
type bundleFn struct{ entries []string }

// CMEKHelper tells guard that nothing is stored.
func (f *bundleFn) CMEKHelper() destination.None { return destination.None{} }

// StartBundle discards rows of a failed bundle.
func (f *bundleFn) StartBundle(func(string)) { f.entries = nil }

// ProcessElement converts a row.
func (f *bundleFn) ProcessElement(row conformance.Row, emit func(string)) error {
	id, text, err := resource(row)
	if err != nil {
		return err
	}
	f.entries = append(f.entries, `{"resource":`+text+`,"request":{"method":"PUT","url":"Basic/`+id+`"}}`)
	if len(f.entries) == bundledRows {
		f.FinishBundle(emit)
	}
	return nil
}

// FinishBundle emits the remaining rows.
func (f *bundleFn) FinishBundle(emit func(string)) {
	if len(f.entries) > 0 {
		emit(`{"resourceType":"Bundle","type":"batch","entry":[` + strings.Join(f.entries, ",") + `]}`)
		f.entries = nil
	}
}

func (s *sink) Rows(t testing.TB, name string) []conformance.Row {
	t.Helper()
	var rows []conformance.Row
	for token := ""; ; {
		page := s.page(t, name, token)
		for _, e := range page.Entry {
			id, err := strconv.ParseInt(strings.TrimPrefix(e.Resource.ID, "row-"), 10, 64)
			if err != nil || len(e.Resource.Extension) != 1 {
				t.Fatalf("got resource %q, want one that was a row", e.Resource.ID)
			}
			rows = append(rows, conformance.Row{ID: id, Payload: e.Resource.Extension[0].ValueString})
		}
		if len(page.Link) == 0 {
			return rows
		}
		next, err := url.Parse(page.Link[0].URL)
		if err != nil {
			t.Fatal(err)
		}
		token = next.Query().Get("_page_token")
	}
}

type pageOf struct {
	Entry []struct{ Resource basic }
	Link  []struct{ URL string }
}

func (s *sink) page(t testing.TB, name, token string) (page pageOf) {
	t.Helper()
	options := []googleapi.CallOption{googleapi.QueryParameter("_count", "1000")}
	if token != "" {
		options = append(options, googleapi.QueryParameter("_page_token", token))
	}
	fhir := s.cloud.HealthcareClient().Projects.Locations.Datasets.FhirStores.Fhir
	response, err := fhir.SearchType(s.Destination(name), "Basic", strings.NewReader("")).Do(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == 404 {
		return page
	}
	if err := googleapi.CheckResponse(response); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	return page
}
