package bigtable

import (
	"context"
	"path"
	"regexp"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The forms of names. Source: fields tableId and columnFamilies of the Bigtable Admin API.
var (
	tableIDForm = regexp.MustCompile(`^[_a-zA-Z0-9][-_.a-zA-Z0-9]{0,49}$`)
	familyForm  = regexp.MustCompile(`^[_a-zA-Z0-9][-_.a-zA-Z0-9]{0,63}$`)
)

// admitTable checks a request about tables before the fake gets it.
func (s *store) admitTable(ctx context.Context, request any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := request.(type) {
	case *adminpb.CreateTableRequest:
		_, err := s.usable(ctx, r.GetParent())
		if err == nil {
			err = checkTable(r)
		}
		return err
	case *adminpb.ModifyColumnFamiliesRequest:
		for _, m := range r.GetModifications() {
			if m.GetCreate() != nil && !familyForm.MatchString(m.GetId()) {
				return refuse.InvalidArgument("Invalid column family: %q", m.GetId())
			}
		}
		_, err := s.usable(ctx, r.GetName())
		return err
	}
	_, err := s.instanceOf(requestResource(request))
	return err
}

func checkTable(r *adminpb.CreateTableRequest) error {
	if !tableIDForm.MatchString(r.GetTableId()) {
		return refuse.InvalidArgument("Invalid table id: %q", r.GetTableId())
	}
	for family := range r.GetTable().GetColumnFamilies() {
		if !familyForm.MatchString(family) {
			return refuse.InvalidArgument("Invalid column family: %q", family)
		}
	}
	return nil
}

// noteTable records what the fake changed.
func (s *store) noteTable(ctx context.Context, request, answer any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r := request.(type) {
	case *adminpb.CreateTableRequest:
		name := r.GetParent() + "/tables/" + r.GetTableId()
		made := &table{families: map[string]bool{}}
		for family := range r.GetTable().GetColumnFamilies() {
			made.families[family] = true
		}
		s.tables[name] = made
		if in, err := s.instanceOf(name); err == nil {
			s.record(in, core.Entry{Method: "bigtableadmin.tables.create", Kind: "table", Name: name})
		}
	case *adminpb.DeleteTableRequest:
		delete(s.tables, r.GetName())
		if in, err := s.instanceOf(r.GetName()); err == nil {
			for range in.clusters {
				s.env.Ledger.Delete("table", r.GetName(), 0, s.env.Now())
			}
		}
	case *adminpb.ModifyColumnFamiliesRequest:
		if t := s.tables[r.GetName()]; t != nil {
			for _, m := range r.GetModifications() {
				t.families[m.GetId()] = !m.GetDrop()
			}
		}
	case *adminpb.GetTableRequest:
		if v := r.GetView(); v == adminpb.Table_ENCRYPTION_VIEW || v == adminpb.Table_FULL {
			s.addEncryption(ctx, answer.(*adminpb.Table))
		}
	}
}

// addEncryption sets the key version that encrypts a table in each cluster and whether Bigtable could use it.
func (s *store) addEncryption(ctx context.Context, t *adminpb.Table) {
	in, err := s.instanceOf(t.GetName())
	if err != nil {
		return
	}
	t.ClusterStates = map[string]*adminpb.Table_ClusterState{}
	for _, c := range in.clusters {
		info := &adminpb.EncryptionInfo{EncryptionType: adminpb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION}
		if c.version.Valid() {
			info.EncryptionType, info.KmsKeyVersion = adminpb.EncryptionInfo_CUSTOMER_MANAGED_ENCRYPTION, c.version.String()
			info.EncryptionStatus = &status.Status{}
			if !s.mayUse(ctx, c) {
				info.EncryptionStatus.Code = int32(codes.FailedPrecondition)
			}
		}
		t.ClusterStates[path.Base(c.proto.GetName())] = &adminpb.Table_ClusterState{
			ReplicationState: adminpb.Table_ClusterState_READY, EncryptionInfo: []*adminpb.EncryptionInfo{info}}
	}
}
