package spanner

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// database is a database with its rows.
type database struct {
	name     string
	created  *timestamppb.Timestamp
	creating bool
	versions []cmekpipe.KeyVersionName
	ddl      []string
	tables   map[string]*table // by name in lower case
}

// createForm matches the statement that names a new database. An id with a hyphen is in backticks. Source:
// https://docs.cloud.google.com/spanner/docs/reference/standard-sql/data-definition-language#create_database.
var createForm = regexp.MustCompile("(?i)^\\s*CREATE\\s+DATABASE\\s+(`[a-z][-a-z0-9_]{0,28}[a-z0-9]`|[a-z][a-z0-9_]{0,28}[a-z0-9])\\s*$")

func databaseID(statement string) (id string, ok bool) {
	if m := createForm.FindStringSubmatch(statement); m != nil {
		id = strings.Trim(m[1], "`")
	}
	return id, id != "" && id == strings.ToLower(id)
}

// CreateDatabase creates a database with the requested keys. If a key can't be used, it creates nothing.
func (s *databaseService) CreateDatabase(
	ctx context.Context, r *databasepb.CreateDatabaseRequest,
) (*longrunningpb.Operation, error) {
	id, ok := databaseID(r.GetCreateStatement())
	if !ok || r.GetDatabaseDialect() == databasepb.DatabaseDialect_POSTGRESQL || r.GetProtoDescriptors() != nil {
		return nil, refuse.InvalidArgument("Invalid create statement. Expected CREATE DATABASE with a database id, in the dialect GoogleSQL.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	instance, err := s.instance(r.GetParent())
	if err != nil {
		return nil, err
	}
	d := &database{name: r.GetParent() + "/databases/" + id, creating: true, created: timestamppb.New(s.env.Now())}
	if s.databases[d.name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "Database already exists: %s", d.name)
	}
	if err := d.apply(r.GetExtraStatements()); err != nil {
		return nil, err
	}
	if d.versions, err = s.protect(ctx, d.project(), instance.GetConfig(), r.GetEncryptionConfig()); err != nil {
		return nil, err
	}
	s.databases[d.name] = d
	s.record(d)
	ready := func() { d.creating = false }
	done := d.proto()
	done.State = databasepb.Database_READY
	return s.begin(d.name, done, &databasepb.CreateDatabaseMetadata{Database: d.name}, ready)
}

// record records a database in the ledger once for each key that encrypts it, and once if there is none.
func (s *store) record(d *database) {
	e := core.Entry{Time: s.env.Now(), Service: "spanner", Method: "spanner.databases.create", Kind: "database",
		Name: d.name, Project: d.project()}
	if len(d.versions) == 0 {
		s.env.Ledger.Record(e)
	}
	for _, v := range d.versions {
		e.Key, e.KeyAsked = v, true
		s.env.Ledger.Record(e)
	}
}

func (d *database) proto() *databasepb.Database {
	state := databasepb.Database_READY
	if d.creating {
		state = databasepb.Database_CREATING
	}
	return &databasepb.Database{Name: d.name, State: state, CreateTime: d.created, EncryptionConfig: d.config(),
		EncryptionInfo: d.info(), DatabaseDialect: databasepb.DatabaseDialect_GOOGLE_STANDARD_SQL}
}

// database returns a database; the caller holds the lock.
func (s *store) database(name string) (*database, error) {
	if d := s.databases[name]; d != nil {
		return d, nil
	}
	return nil, refuse.NotFound("Database not found: %s", name)
}

// GetDatabase returns a database with its keys and their versions. It needs no key.
func (s *databaseService) GetDatabase(
	_ context.Context, r *databasepb.GetDatabaseRequest,
) (*databasepb.Database, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.database(r.GetName())
	if err != nil {
		return nil, err
	}
	defer func() { d.creating = false }()
	return d.proto(), nil
}

// ListDatabases returns all databases of an instance on one page.
func (s *databaseService) ListDatabases(
	_ context.Context, r *databasepb.ListDatabasesRequest,
) (*databasepb.ListDatabasesResponse, error) {
	if r.GetPageToken() != "" {
		return nil, refuse.Unimplemented("Spanner", "pages: it lists all")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.instance(r.GetParent()); err != nil {
		return nil, err
	}
	answer := &databasepb.ListDatabasesResponse{}
	for _, name := range slices.Sorted(maps.Keys(s.databases)) {
		if strings.HasPrefix(name, r.GetParent()+"/databases/") {
			answer.Databases = append(answer.Databases, s.databases[name].proto())
		}
	}
	return answer, nil
}

// DropDatabase removes a database and its rows.
func (s *databaseService) DropDatabase(_ context.Context, r *databasepb.DropDatabaseRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.database(r.GetDatabase())
	if err != nil {
		return nil, err
	}
	delete(s.databases, d.name)
	for range max(1, len(d.versions)) {
		s.env.Ledger.Delete("database", d.name, 0, s.env.Now())
	}
	return &emptypb.Empty{}, nil
}

// UpdateDatabaseDdl extends the schema.
func (s *databaseService) UpdateDatabaseDdl(
	ctx context.Context, r *databasepb.UpdateDatabaseDdlRequest,
) (*longrunningpb.Operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.database(r.GetDatabase())
	if err != nil {
		return nil, err
	}
	if err := s.usable(ctx, d); err != nil {
		return nil, err
	}
	if err := d.apply(r.GetStatements()); err != nil {
		return nil, err
	}
	return s.begin(d.name, &emptypb.Empty{}, &databasepb.UpdateDatabaseDdlMetadata{
		Database: d.name, Statements: r.GetStatements()}, nil)
}

// GetDatabaseDdl returns the statements of the schema unchanged.
func (s *databaseService) GetDatabaseDdl(
	_ context.Context, r *databasepb.GetDatabaseDdlRequest,
) (*databasepb.GetDatabaseDdlResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.database(r.GetDatabase())
	if err != nil {
		return nil, err
	}
	return &databasepb.GetDatabaseDdlResponse{Statements: d.ddl}, nil
}
