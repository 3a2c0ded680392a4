package store

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// DatasetRef names a dataset.
type DatasetRef struct{ Project, Dataset string }

// String returns "project.dataset".
func (r DatasetRef) String() string { return r.Project + "." + r.Dataset }

// legacy returns the name as BigQuery's errors have it.
func (r DatasetRef) legacy() string { return r.Project + ":" + r.Dataset }

// Dataset is a dataset at one moment.
type Dataset struct {
	// Ref is its name.
	Ref DatasetRef
	// Attrs are its settings as the API shows them.
	Attrs raw.Dataset
	// DefaultKey protects new tables that name no key; the zero KeyName means none.
	DefaultKey cmekpipe.KeyName
	// Hidden tells that it holds anonymous results and is not listed.
	Hidden bool
}

// Location returns where the dataset is: "US", "europe-west1".
func (d *Dataset) Location() string { return d.Attrs.Location }

type dataset struct {
	*Dataset
	tables map[string]*Table
}

// maxName is how long names are at most.
const maxName = 1024

var datasetName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// Dataset returns a dataset.
func (s *Store) Dataset(ref DatasetRef) (*Dataset, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, err := s.dataset(ref)
	if err != nil {
		return nil, err
	}
	return d.Dataset, nil
}

// Datasets returns the datasets of a project in the order of their names, the hidden ones only if all is set.
func (s *Store) Datasets(project string, all bool) []*Dataset {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []*Dataset
	for ref, d := range s.datasets {
		if ref.Project == project && (all || !d.Hidden) {
			found = append(found, d.Dataset)
		}
	}
	slices.SortFunc(found, func(a, b *Dataset) int { return cmp.Compare(a.Ref.Dataset, b.Ref.Dataset) })
	return found
}

// CreateDataset adds a dataset with the settings of attrs.
func (s *Store) CreateDataset(ref DatasetRef, attrs raw.Dataset) (*Dataset, error) {
	if len(ref.Dataset) > maxName || !datasetName.MatchString(ref.Dataset) {
		return nil, invalid("Invalid dataset ID %q. Dataset IDs must be alphanumeric (plus underscores) and must be at most "+
			"1024 characters long.", ref.Dataset)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.datasets[ref]; taken {
		return nil, Refuse(Duplicate, "Already Exists: Dataset %s", ref.legacy())
	}
	d := &Dataset{Ref: ref, Attrs: attrs, Hidden: strings.HasPrefix(ref.Dataset, "_")}
	if d.Attrs.Location == "" {
		d.Attrs.Location = "US"
	}
	d.Attrs.CreationTime = s.Now().UnixMilli()
	if err := s.completeDataset(d); err != nil {
		return nil, err
	}
	if err := s.checkPlace(ref.Project, d.Location()); err != nil {
		return nil, err
	}
	s.datasets[ref] = &dataset{Dataset: d, tables: make(map[string]*Table)}
	s.env.Ledger.Record(core.Entry{
		Time: s.Now(), Service: "bigquery", Method: "bigquery.datasets.insert", Kind: "dataset", Name: ref.String(),
		Project: ref.Project, KeyName: d.DefaultKey, KeyAsked: d.DefaultKey.Valid(),
	})
	return d, nil
}

// UpdateDataset replaces the settings by what change makes of them. The etag, if there is one, must be the current one.
func (s *Store) UpdateDataset(
	ref DatasetRef, etag string, change func(raw.Dataset) (raw.Dataset, error),
) (*Dataset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.dataset(ref)
	if err != nil {
		return nil, err
	}
	if err := checkEtag(etag, d.Attrs.Etag); err != nil {
		return nil, err
	}
	changed := *d.Dataset
	if changed.Attrs, err = change(changed.Attrs); err != nil {
		return nil, err
	}
	if !strings.EqualFold(changed.Attrs.Location, d.Attrs.Location) {
		return nil, invalid("Cannot change the location of dataset %s", ref.legacy())
	}
	changed.Attrs.CreationTime = d.Attrs.CreationTime
	if err := s.completeDataset(&changed); err != nil {
		return nil, err
	}
	d.Dataset = &changed
	return d.Dataset, nil
}

// DeleteDataset removes a dataset, and its tables too if contents is set.
func (s *Store) DeleteDataset(ref DatasetRef, contents bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.dataset(ref)
	if err != nil {
		return err
	}
	s.expire(d)
	if len(d.tables) > 0 && !contents {
		return Refuse(InUse, "Dataset %s is still in use", ref.legacy())
	}
	for _, t := range d.tables {
		s.drop(d, t)
	}
	delete(s.datasets, ref)
	s.env.Ledger.Delete("dataset", ref.String(), 0, s.Now())
	return nil
}

// completeDataset checks what a client sets and adds what the server does.
func (s *Store) completeDataset(d *Dataset) error {
	a := &d.Attrs
	d.DefaultKey = cmekpipe.KeyName{}
	if e := a.DefaultEncryptionConfiguration; e != nil {
		key, err := ParseKey(e.KmsKeyName)
		if err != nil {
			return err
		}
		if key.Valid() {
			if _, err := s.wrap(d.Ref.Project, a.Location, key); err != nil {
				return err
			}
		}
		d.DefaultKey = key
	}
	if ms := a.DefaultTableExpirationMs; ms != 0 && ms < time.Hour.Milliseconds() {
		return invalid("Invalid value for defaultTableExpirationMs: %d, want 3600000 (1 hour) at least", ms)
	}
	a.Kind, a.Id = "bigquery#dataset", d.Ref.legacy()
	a.DatasetReference = &raw.DatasetReference{ProjectId: d.Ref.Project, DatasetId: d.Ref.Dataset}
	a.LastModifiedTime, a.Etag = s.Now().UnixMilli(), s.etag()
	return nil
}

func (s *Store) dataset(ref DatasetRef) (*dataset, error) {
	d, ok := s.datasets[ref]
	if !ok {
		return nil, Refuse(NotFound, "Not found: Dataset %s", ref.legacy())
	}
	return d, nil
}

// etag returns a text that no other state has.
func (s *Store) etag() string {
	s.serial++
	return strconv.FormatUint(s.serial, 36)
}

func checkEtag(want, got string) error {
	if want != "" && want != "*" && want != got {
		return Refuse(PreCondition, "Precondition Failed")
	}
	return nil
}

// Hide makes a hidden dataset for anonymous results, unless it is there already.
func (s *Store) Hide(ref DatasetRef, place string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.datasets[ref] != nil {
		return nil
	}
	d := &Dataset{Ref: ref, Attrs: raw.Dataset{Location: place, CreationTime: s.Now().UnixMilli()}, Hidden: true}
	if err := s.completeDataset(d); err != nil {
		return err
	}
	s.datasets[ref] = &dataset{Dataset: d, tables: make(map[string]*Table)}
	return nil
}
