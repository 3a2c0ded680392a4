package bigqueryio

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/retention"
)

func TestLoadPartsKeepTheLimitsOfAJob(t *testing.T) {
	files := func(n int, size int64) []loadFile {
		all := make([]loadFile, n)
		for i := range all {
			all[i] = loadFile{Name: fmt.Sprintf("tmp/%06d", i), Rows: 2, Bytes: size}
		}
		return all
	}
	for name, tt := range map[string]struct {
		limits loadLimits
		files  []loadFile
		want   []int // files of each part
	}{
		"none":                    {loadLimits{}, nil, nil},
		"as many as a job has":    {loadLimits{}, files(10_000, 1), []int{10_000}},
		"one more":                {loadLimits{}, files(10_001, 1), []int{10_000, 1}},
		"as large as a job has":   {loadLimits{}, files(3, 5e12), []int{3}},
		"larger":                  {loadLimits{}, files(3, 5e12+1), []int{2, 1}},
		"each as large as a job":  {loadLimits{}, files(2, 15e12), []int{1, 1}},
		"long names":              {loadLimits{text: 40}, files(5, 1), []int{2, 2, 1}},
		"files and bytes, by two": {loadLimits{files: 2, bytes: 100}, append(files(3, 1), loadFile{Name: "z", Bytes: 100}), []int{2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			parts := tt.limits.split("b", slices.Clone(tt.files))
			var got []int
			var all []string
			for _, part := range parts {
				got, all = append(got, len(part.uris)), append(all, part.uris...)
			}
			if !slices.Equal(got, tt.want) || len(all) != len(tt.files) || !slices.IsSorted(all) {
				t.Errorf("got parts of %v files, %d in all, want %v", got, len(all), tt.want)
			}
			shuffled := slices.Clone(tt.files)
			slices.Reverse(shuffled)
			if again := tt.limits.split("b", shuffled); !reflect.DeepEqual(again, parts) {
				t.Errorf("got other parts for the same files in another order")
			}
		})
	}
}

// loading is a step that loads two files with each job.
func (s *stage) loading(t *testing.T) *loadFn {
	t.Helper()
	f := &loadFn{Table: s.table, Temp: s.temp, limits: loadLimits{files: 2}}
	s.setup(t, f)
	return f
}

// files writes a file for each row.
func (s *stage) files(t *testing.T, n int64) (all []loadFile) {
	t.Helper()
	f := &fileFn{rows: s.rows, Temp: s.temp}
	s.setup(t, f)
	for id := range n {
		all = append(all, s.file(t, f, true, id)...)
	}
	return all
}

// requireJobs fails unless so many jobs of each kind were made.
func (s *stage) requireJobs(t *testing.T, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for it := s.client.Jobs(t.Context()); ; {
		j, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // as documented
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(j.ID(), "cmekpipe_"), "_")
		got[strings.TrimRight(kind, "0123456789")]++
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got jobs %v, want %v", got, want)
	}
}

func TestFilesBeyondTheLimitOfAJobAppearAtOnce(t *testing.T) {
	for _, write := range []bigquery.TableWriteDisposition{bigquery.WriteAppend, bigquery.WriteTruncate, bigquery.WriteEmpty} {
		t.Run(string(write), func(t *testing.T) {
			s := newStage(t, write)
			files, before := s.files(t, 5), []int64{}
			want := []int64{0, 1, 2, 3, 4}
			if write != bigquery.WriteEmpty {
				s.fill(t, 9)
				before = []int64{9}
			}
			if write == bigquery.WriteAppend {
				want = append(want, 9)
			}
			for range 2 { // the last job is refused, in each attempt
				remove := s.Inject(emulator.Fault{Method: "bigquery.jobs.insert", Call: 4, Status: http.StatusForbidden})
				err := s.loading(t).ProcessElement(t.Context(), 0, each(s.run), each(files...))
				remove()
				if cmekpipe.CodeOf(err) != cmekpipe.PermissionDenied {
					t.Fatalf("got %v, want code %v", err, cmekpipe.PermissionDenied)
				}
				s.requireIDs(t, before...)
			}
			for range 2 { // and then the step is repeated after it was done
				if err := s.loading(t).ProcessElement(t.Context(), 0, each(s.run), each(files...)); err != nil {
					t.Fatal(err)
				}
				s.requireIDs(t, want...)
			}
			s.requireJobs(t, map[string]int{"load": 3, "copy": 1})
			for _, e := range s.Ledger() {
				if e.Kind == "object" && e.Deleted.IsZero() || strings.Contains(e.Name, "cmekpipe_temp_") && e.Deleted.IsZero() {
					t.Errorf("got %s %s left, want it removed", e.Kind, e.Name)
				}
				if e.Kind == "table" && e.ProtectedBy() != s.table.Key() {
					t.Errorf("got %s %s with key %q, want %q", e.Kind, e.Name, e.ProtectedBy(), s.table.Key())
				}
			}
		})
	}
}

func TestLoadsThatAreRefusedInTheMiddleChangeNothing(t *testing.T) {
	for _, method := range []emulator.Method{"bigquery.jobs.insert", "bigquery.jobs.get", "bigquery.tables.get", "bigquery.tables.insert"} {
		for call := 1; call <= 8; call++ {
			s := newStage(t, bigquery.WriteAppend)
			files := s.files(t, 5)
			s.fill(t, 9)
			remove := s.Inject(emulator.Fault{Method: method, Call: call, Status: http.StatusForbidden, Optional: true})
			err := s.loading(t).ProcessElement(t.Context(), 0, each(s.run), each(files...))
			remove()
			got := s.ids(t)
			if all := []int64{0, 1, 2, 3, 4, 9}; !slices.Equal(got, all) && (err == nil || !slices.Equal(got, []int64{9})) {
				t.Errorf("%s %d: got rows %v and error %v, want all or those before", method, call, got, err)
			}
			if err := s.loading(t).ProcessElement(t.Context(), 0, each(s.run), each(files...)); err != nil {
				t.Errorf("%s %d, repeated: got %v, want none", method, call, err)
			}
			s.requireIDs(t, 0, 1, 2, 3, 4, 9)
		}
	}
}

// fill loads a row into the destination.
func (s *stage) fill(t *testing.T, id int64) {
	t.Helper()
	if err := s.client.Dataset("bank").Table("items").Inserter().Put(t.Context(), item{id}); err != nil {
		t.Fatal(err)
	}
}

func TestRowsAreLoadedWhereFilesCannotBeDeleted(t *testing.T) {
	for _, p := range retention.All() {
		t.Run(p.Name, func(t *testing.T) {
			s := newStage(t, bigquery.WriteAppend)
			p.Protect(t, s.Cloud, s.temp.Bucket())
			w := retention.CollectWarnings(t)
			files := s.files(t, 2)
			for range 2 { // the runner lost the first answer
				if err := s.loading(t).ProcessElement(t.Context(), 0, each(s.run), each(files...)); err != nil {
					t.Fatal(err)
				}
				s.requireIDs(t, 0, 1)
				w.RequireOne(t, p, s.temp.Bucket(), []string{files[0].Name, files[1].Name})
			}
		})
	}
}
