package store

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// TableRef names a table.
type TableRef struct{ Project, Dataset, Table string }

// String returns "project.dataset.table".
func (r TableRef) String() string { return r.Project + "." + r.Dataset + "." + r.Table }

// In returns the dataset's name.
func (r TableRef) In() DatasetRef { return DatasetRef{r.Project, r.Dataset} }

// legacy returns the name as BigQuery's errors have it.
func (r TableRef) legacy() string { return r.Project + ":" + r.Dataset + "." + r.Table }

// Row holds the values of a table's columns in their order, typed as package sql has them.
type Row = []sql.Value

// Table is a table at one moment.
type Table struct {
	// Ref is its name.
	Ref TableRef
	// ID differs between two lives of one name.
	ID uint64
	// Attrs are its settings as the API shows them, without numbers of rows and bytes.
	Attrs raw.Table
	// Columns are the types of its values, as Attrs.Schema has them.
	Columns []sql.Field
	// Key is the key version that encrypts the table; the zero KeyVersionName means no customer-managed key.
	Key cmekpipe.KeyVersionName
	// Rows are its rows, in the order of their arrival. Nobody may change them.
	Rows   []Row
	buffer []span // those that are in write-optimized storage
	// Bytes is about how many bytes the rows take.
	Bytes int64
	// Location is that of the dataset.
	Location string
}

// Creation is a new table.
type Creation struct {
	// Ref is its name.
	Ref TableRef
	// Attrs are the settings; those that the server sets are ignored.
	Attrs raw.Table
	// Method is the call that makes it, for the ledger: "bigquery.tables.insert".
	Method string
	// Rows it has from the start.
	Rows []Row

	plain bool // the table has no key, whatever the dataset's default key is
}

var tableName = regexp.MustCompile(`^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$`)

// Table returns a table.
func (s *Store) Table(ref TableRef) (*Table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, t, err := s.table(ref)
	return t, err
}

// Read returns a table whose rows are to be read: it fails if the key that encrypts it can't be used.
func (s *Store) Read(ref TableRef) (*Table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, t, err := s.table(ref)
	if err != nil {
		return nil, err
	}
	return t, s.unwrap(ref.Project, t.Key)
}

// Tables returns the tables of a dataset in the order of their names.
func (s *Store) Tables(ref DatasetRef) ([]*Table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.dataset(ref)
	if err != nil {
		return nil, err
	}
	s.expire(d)
	found := make([]*Table, 0, len(d.tables))
	for _, t := range d.tables {
		found = append(found, t)
	}
	slices.SortFunc(found, func(a, b *Table) int { return cmp.Compare(a.Ref.Table, b.Ref.Table) })
	return found, nil
}

// CreateTable adds a table.
func (s *Store) CreateTable(c Creation) (*Table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.dataset(c.Ref.In())
	if err != nil {
		return nil, err
	}
	s.expire(d)
	if _, taken := d.tables[c.Ref.Table]; taken {
		return nil, Refuse(Duplicate, "Already Exists: Table %s", c.Ref.legacy())
	}
	t, err := s.newTable(d, c)
	if err != nil {
		return nil, err
	}
	s.add(d, t, c)
	return t, nil
}

// newTable checks what a client wants and adds what the server does.
func (s *Store) newTable(d *dataset, c Creation) (*Table, error) {
	if len(c.Ref.Table) > maxName || !tableName.MatchString(c.Ref.Table) {
		return nil, invalid("Invalid table ID %q.", c.Ref.Table)
	}
	asked, err := askedKey(c.Attrs.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	s.serial++
	t := &Table{Ref: c.Ref, ID: s.serial, Attrs: c.Attrs, Rows: slices.Clip(c.Rows), Bytes: Size(c.Rows), Location: d.Location()}
	if t.Attrs.ExpirationTime == 0 && d.Attrs.DefaultTableExpirationMs > 0 {
		t.Attrs.ExpirationTime = now.UnixMilli() + d.Attrs.DefaultTableExpirationMs
	}
	t.Attrs.CreationTime = now.UnixMilli()
	if t.Attrs.DefaultCollation == "" {
		t.Attrs.DefaultCollation = d.Attrs.DefaultCollation
	}
	t.Attrs.Schema = arranged(nil, t.Attrs.Schema, t.Attrs.DefaultCollation)
	if err := s.complete(t); err != nil {
		return nil, err
	}
	if !c.plain {
		if t.Key, err = s.keyFor(d, asked); err != nil {
			return nil, err
		}
	}
	t.showKey()
	return t, nil
}

// add puts a table into its dataset and the ledger.
func (s *Store) add(d *dataset, t *Table, c Creation) {
	d.tables[t.Ref.Table] = t
	asked := c.Attrs.EncryptionConfiguration
	s.record(t, c.Method, asked != nil && asked.KmsKeyName != "")
}

// complete checks a table's settings and fills in those of the server's making.
func (s *Store) complete(t *Table) error {
	a := &t.Attrs
	if a.View != nil || a.MaterializedView != nil || a.ExternalDataConfiguration != nil || a.SnapshotDefinition != nil {
		return Refuse(Unsupported, "The loopback BigQuery has no views, external tables and snapshots.")
	}
	if a.Schema == nil {
		a.Schema = &raw.TableSchema{}
	}
	columns, err := Columns(a.Schema)
	if err != nil {
		return err
	}
	t.Columns = columns
	if err := checkLayout(a, columns); err != nil {
		return err
	}
	requireFilter(a)
	now := s.Now()
	if a.ExpirationTime != 0 && a.ExpirationTime <= now.UnixMilli() {
		return invalid("Invalid value for expirationTime: %d is in the past", a.ExpirationTime)
	}
	a.Kind, a.Id, a.Type, a.Location = "bigquery#table", t.Ref.legacy(), "TABLE", t.Location
	a.TableReference = &raw.TableReference{ProjectId: t.Ref.Project, DatasetId: t.Ref.Dataset, TableId: t.Ref.Table}
	a.LastModifiedTime, a.Etag = uint64(now.UnixMilli()), s.etag()
	return nil
}

// showKey sets the encryption in the settings to the table's key.
func (t *Table) showKey() {
	t.Attrs.EncryptionConfiguration = nil
	if t.Key.Valid() {
		t.Attrs.EncryptionConfiguration = &raw.EncryptionConfiguration{KmsKeyName: t.Key.String()}
	}
}

// DeleteTable removes a table.
func (s *Store) DeleteTable(ref TableRef) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t, err := s.table(ref)
	if err != nil {
		return err
	}
	s.drop(d, t)
	return nil
}

func (s *Store) drop(d *dataset, t *Table) {
	delete(d.tables, t.Ref.Table)
	s.env.Ledger.Delete("table", t.Ref.String(), 0, s.Now())
}

// table finds a table that has not expired.
func (s *Store) table(ref TableRef) (*dataset, *Table, error) {
	d, err := s.dataset(ref.In())
	if err != nil {
		return nil, nil, err
	}
	t, ok := d.tables[ref.Table]
	if !ok || t.expired(s.Now()) {
		return nil, nil, Refuse(NotFound, "Not found: Table %s", ref.legacy())
	}
	return d, t, nil
}

func (t *Table) expired(now time.Time) bool {
	at := t.Attrs.ExpirationTime
	return at != 0 && now.UnixMilli() >= at
}

// expire removes the tables whose time is up.
func (s *Store) expire(d *dataset) {
	now := s.Now()
	for _, t := range d.tables {
		if t.expired(now) {
			delete(d.tables, t.Ref.Table)
			s.env.Ledger.Delete("table", t.Ref.String(), 0, time.UnixMilli(t.Attrs.ExpirationTime))
		}
	}
}

func askedKey(e *raw.EncryptionConfiguration) (cmekpipe.KeyName, error) {
	if e == nil {
		return cmekpipe.KeyName{}, nil
	}
	return ParseKey(e.KmsKeyName)
}

// Size returns about how many bytes rows take, as BigQuery counts them: 8 for a number or time, the length of a text.
func Size(rows []Row) int64 {
	var n int64
	for _, row := range rows {
		n += rowBytes(row)
	}
	return n
}

func rowBytes(values []sql.Value) int64 {
	var n int64
	for _, value := range values {
		switch v := value.(type) {
		case nil:
		case string:
			n += 2 + int64(len(v))
		case []byte:
			n += 2 + int64(len(v))
		case []sql.Value:
			n += rowBytes(v)
		default:
			n += 8
		}
	}
	return n
}
