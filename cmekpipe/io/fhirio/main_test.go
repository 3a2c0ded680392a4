package fhirio_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func init() {
	beam.RegisterDoFn(&collectFn{})
	beam.RegisterDoFn(&triggerFn{})
	register.Emitter1[string]()
}

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const (
	bucket    = "clinic-scratch"
	dataset   = "projects/" + cmektest.Project + "/locations/us-central1/datasets/records"
	storeName = dataset + "/fhirStores/main"
)

// world is a loopback cloud with a store and, under keys of their own, folders in a bucket without a default key.
type world struct {
	*cmektest.Cloud
	key, tempKey, deadKey cmekpipe.KeyName
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &world{cloud, cloud.CreateKey("us-central1", "records"), cloud.CreateKey("us-central1", "scratch"), cloud.CreateKey("us-central1", "failed")}
	cloud.CreateFHIRStore(storeName, w.key)
	cloud.CreateBucket(bucket, "us-central1", cmekpipe.KeyName{})
	return w
}

func (w *world) store() cmekpipe.FHIRStore { return w.key.MustFHIRStore(storeName) }
func (w *world) temp() cmekpipe.Object     { return w.tempKey.MustObject("gs://" + bucket + "/temp") }
func (w *world) deadLetter() cmekpipe.Object {
	return w.deadKey.MustObject("gs://" + bucket + "/failed/")
}

// run runs the pipeline that build makes, on Prism.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	return runWith(t.Context(), build)
}

func runWith(ctx context.Context, build func(beam.Scope)) error {
	p, s := beam.NewPipelineWithRoot()
	build(s)
	_, err := beam.Run(ctx, "prism", p)
	return err
}

// collected is what collectFn was given, by label. Prism's workers run in this process.
var collected sync.Map

type collectFn struct{ Label string }

func (f *collectFn) ProcessElement(text string) {
	list, _ := collected.LoadOrStore(f.Label, &texts{})
	list.(*texts).add(text)
}

type texts struct {
	mu  sync.Mutex
	all []string
}

func (t *texts) add(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, text)
}

// collect keeps a collection for take.
func collect(s beam.Scope, label string, col beam.PCollection) {
	beam.ParDo0(s, &collectFn{label}, col)
}

// take returns what was collected since the last call, sorted.
func take(label string) []string {
	list, ok := collected.LoadAndDelete(label)
	if !ok {
		return nil
	}
	all := list.(*texts).all
	slices.Sort(all)
	return all
}

// onElement is what triggerFn calls before it emits an element.
var onElement sync.Map // "" -> func(string) error

type triggerFn struct{}

func (triggerFn) ProcessElement(_ context.Context, text string, emit func(string)) error {
	if call, ok := onElement.Load(""); ok {
		if err := call.(func(string) error)(text); err != nil {
			return err
		}
	}
	emit(text)
	return nil
}

// at has do called before the n-th element is passed on.
func at(t *testing.T, n int, do func() error) {
	t.Helper()
	count := 0
	onElement.Store("", func(string) error {
		if count++; count == n {
			return do()
		}
		return nil
	})
	t.Cleanup(func() { onElement.Delete("") })
}

// patient is a resource with an id of its own.
func patient(i int) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":"p-%03d","name":[{"family":"Doe %d"}]}`, i, i)
}

// patients are n of them, as a pipeline's elements.
func patients(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = patient(i)
	}
	return all
}

// put is a bundle that stores resources under their ids.
func put(kind string, resources ...string) string {
	var entries []string
	for _, r := range resources {
		var typed struct{ ResourceType, ID string }
		if err := json.Unmarshal([]byte(r), &typed); err != nil {
			panic(err)
		}
		entries = append(entries, fmt.Sprintf(`{"resource":%s,"request":{"method":"PUT","url":"%s/%s"}}`, r, typed.ResourceType, typed.ID))
	}
	return fmt.Sprintf(`{"resourceType":"Bundle","type":"%s","entry":[%s]}`, kind, strings.Join(entries, ","))
}

// ids are those of all patients in a store.
func (w *world) ids(t testing.TB, store string) []string {
	t.Helper()
	ids := []string{}
	for token := ""; ; {
		options := []googleapi.CallOption{googleapi.QueryParameter("_count", "7")}
		if token != "" {
			options = append(options, googleapi.QueryParameter("_page_token", token))
		}
		response, err := w.HealthcareClient().Projects.Locations.Datasets.FhirStores.Fhir.SearchType(store, "Patient", strings.NewReader("")).Do(options...)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Entry []struct{ Resource struct{ ID string } }
			Link  []struct{ Relation, URL string }
		}
		err = googleapi.CheckResponse(response)
		if err == nil {
			err = json.NewDecoder(response.Body).Decode(&page)
		}
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entry {
			ids = append(ids, e.Resource.ID)
		}
		if len(page.Link) == 0 {
			slices.Sort(ids)
			return ids
		}
		_, token, _ = strings.Cut(page.Link[0].URL, "_page_token=")
	}
}

// wantIDs are the ids of n patients.
func wantIDs(n int) []string {
	ids := []string{}
	for i := range n {
		ids = append(ids, fmt.Sprintf("p-%03d", i))
	}
	return ids
}

// objects are the names in the bucket.
func (w *world) objects(t testing.TB) []string {
	t.Helper()
	names := []string{}
	for it := w.StorageClient().Bucket(bucket).Objects(context.Background(), &storage.Query{}); ; {
		attrs, err := it.Next()
		if err == iterator.Done {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, attrs.Name)
	}
}

// requireCode fails unless err tells in its text an Error with the code, and no data.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %v", code)
	}
	if strings.Contains(err.Error(), "Doe") {
		t.Errorf("got data in the error: %v", err)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code {
		t.Fatalf("got %v, want code %v", err, code)
	}
	return e
}
