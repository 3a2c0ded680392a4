package store

import (
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Append adds rows of the given columns at the end of a table, in write-optimized storage, if it is still the one with that
// ID and its key can be used. Where the table's schema has grown since the rows were made, they get the columns that they lack. It keeps the
// rows, which must not be changed any more.
func (s *Store) Append(ref TableRef, id uint64, columns []sql.Field, rows []Row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t, err := s.table(ref)
	if err != nil {
		return err
	}
	if t.ID != id {
		return Refuse(NotFound, "Not found: Table %s", ref.legacy())
	}
	if err := s.unwrap(ref.Project, t.Key); err != nil {
		return err
	}
	if rows, err = Widen(ref, rows, columns, t.Columns); err != nil {
		return err
	}
	s.extend(d, t, rows)
	changed, delay := d.tables[ref.Table], s.limits.in(t.Location).BufferDelay
	changed.buffer = buffered(t.buffer, len(t.Rows), len(changed.Rows), Size(rows), s.Now(), delay)
	return nil
}

// extend appends to a snapshot's rows, of which older snapshots see a part.
func (s *Store) extend(d *dataset, t *Table, rows []Row) {
	changed := *t
	changed.Rows = append(t.Rows, rows...)
	changed.Bytes += Size(rows)
	changed.Attrs.LastModifiedTime = uint64(s.Now().UnixMilli())
	d.tables[t.Ref.Table] = &changed
}

// Disposition says what a job does to a table that is there, or is not.
type Disposition struct {
	// Create is "CREATE_IF_NEEDED", which "" stands for too, or "CREATE_NEVER".
	Create string
	// Write is "WRITE_APPEND", "WRITE_TRUNCATE", "WRITE_TRUNCATE_DATA" or "WRITE_EMPTY", which counts no rows in
	// write-optimized storage.
	Write string
}

// Outcome is what a job wants to become of a table.
type Outcome struct {
	// Creation has the table as it is to be made where it is not there or is replaced. Its rows are what the job adds.
	Creation
	// Disposition decides between adding and replacing.
	Disposition
	// Copy tells that the table's encryption follows the call alone, as copies have it: without a key the table falls back
	// to the defaults.
	Copy bool
	// Convert makes the rows fit the columns of a table that is there already; nil leaves them.
	Convert func(t *Table, rows []Row) ([]Row, error)
}

// Check refuses a job that [Store.Commit] would refuse for its table or key, before it runs.
func (s *Store) Check(o Outcome) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, _, err := s.check(o)
	return err
}

// check returns the dataset and, if it is there, the table.
func (s *Store) check(o Outcome) (*dataset, *Table, error) {
	d, err := s.dataset(o.Ref.In())
	if err != nil {
		return nil, nil, err
	}
	asked, err := askedKey(o.Attrs.EncryptionConfiguration)
	if err != nil {
		return nil, nil, err
	}
	t := d.tables[o.Ref.Table]
	if t == nil || t.expired(s.Now()) {
		if o.Create == "CREATE_NEVER" {
			return nil, nil, Refuse(NotFound, "Not found: Table %s", o.Ref.legacy())
		}
		_, err := s.keyFor(d, asked)
		return d, nil, err
	}
	switch {
	case o.Write == "WRITE_TRUNCATE" && (o.Copy || asked.Valid()):
		_, err = s.keyFor(d, asked)
		return d, t, err
	case o.Write == "WRITE_EMPTY":
		if rows, _, _ := t.optimized(s.Now(), s.limits.in(t.Location).BufferDelay); len(rows) > 0 {
			return nil, nil, Refuse(Duplicate, "Already Exists: Table %s", o.Ref.legacy())
		}
	}
	if err := matches(t, asked); err != nil {
		return nil, nil, err
	}
	return d, t, s.unwrap(o.Ref.Project, t.Key)
}

// Commit writes what a job made. The table is made, replaced or extended, as the disposition has it; where it is replaced
// it keeps its key unless the job names another.
func (s *Store) Commit(o Outcome) (*Table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t, err := s.check(o)
	if err != nil {
		return nil, err
	}
	if t == nil {
		s.expire(d)
		return s.put(d, o.Creation)
	}
	if o.Write == "WRITE_TRUNCATE" {
		return s.replace(d, t, o)
	}
	rows := o.Rows
	if o.Convert != nil {
		if rows, err = o.Convert(t, rows); err != nil {
			return nil, err
		}
	}
	if o.Write == "WRITE_TRUNCATE_DATA" {
		emptied := *t
		emptied.Rows, emptied.Bytes, emptied.buffer = nil, 0, nil
		t = &emptied
	}
	s.extend(d, t, rows)
	return d.tables[o.Ref.Table], nil
}

func (s *Store) put(d *dataset, c Creation) (*Table, error) {
	t, err := s.newTable(d, c)
	if err != nil {
		return nil, err
	}
	s.add(d, t, c)
	return t, nil
}

// replace gives a table other rows, and the settings and the key that come with them.
func (s *Store) replace(d *dataset, old *Table, o Outcome) (*Table, error) {
	c := o.Creation
	asked, err := askedKey(c.Attrs.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	if !o.Copy && !asked.Valid() {
		c.plain = !old.Key.Valid()
		if !c.plain {
			c.Attrs.EncryptionConfiguration = &raw.EncryptionConfiguration{KmsKeyName: old.Key.KeyName().String()}
		}
	}
	inherit(&c.Attrs, &old.Attrs)
	t, err := s.newTable(d, c)
	if err != nil {
		return nil, err
	}
	t.ID, t.Attrs.CreationTime = old.ID, old.Attrs.CreationTime
	if len(t.Columns) == 0 {
		t.Attrs.Schema, t.Columns = old.Attrs.Schema, old.Columns
	}
	d.tables[t.Ref.Table] = t
	if t.Key != old.Key {
		s.env.Ledger.Delete("table", t.Ref.String(), 0, s.Now())
		s.record(t, c.Method, asked.Valid())
	}
	return t, nil
}

// inherit keeps what a job leaves open of a table that it replaces.
func inherit(a, old *raw.Table) {
	if a.TimePartitioning == nil {
		a.TimePartitioning = old.TimePartitioning
	}
	if a.RangePartitioning == nil {
		a.RangePartitioning = old.RangePartitioning
	}
	if a.Clustering == nil {
		a.Clustering = old.Clustering
	}
	if a.ExpirationTime == 0 {
		a.ExpirationTime = old.ExpirationTime
	}
	if a.Description == "" {
		a.Description = old.Description
	}
	if a.Labels == nil {
		a.Labels = old.Labels
	}
}

// record adds a table to the ledger.
func (s *Store) record(t *Table, method string, asked bool) {
	s.env.Ledger.Record(core.Entry{
		Time: s.Now(), Service: "bigquery", Method: method, Kind: "table", Name: t.Ref.String(), Project: t.Ref.Project,
		Key: t.Key, KeyAsked: asked,
	})
}

// Usable returns an error if rows can't be appended to a table: it is another one than that with the ID, or its key can't be
// used.
func (s *Store) Usable(ref TableRef, id uint64) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, t, err := s.table(ref)
	if err != nil {
		return err
	}
	if t.ID != id {
		return Refuse(NotFound, "Not found: Table %s", ref.legacy())
	}
	return s.unwrap(ref.Project, t.Key)
}

// KeyUsable returns an error if data of a project that a key version encrypts can't be read.
func (s *Store) KeyUsable(project string, version cmekpipe.KeyVersionName) error {
	return s.unwrap(project, version)
}
