package bigtableio

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// lookout looks whether a table rests under its keys.
type lookout struct {
	Op      string
	Table   cmekpipe.BigtableTable
	Further []cmekpipe.KeyName // other keys that a cluster may have

	Create   bool // whether it makes a table that is missing, with these families
	Families []string
}

// run looks at the clusters and at the table, which it may make between. An error means that nothing may be written.
func (l lookout) run(ctx context.Context) error {
	if err := l.clusters(ctx); err != nil {
		return err
	}
	found, err := l.describe(ctx)
	if l.Create && gcperr.Code(err) == cmekpipe.NotFound {
		if err := l.create(ctx); err != nil {
			return err
		}
		found, err = l.describe(ctx)
	}
	if err != nil {
		return l.fault(ctx, err)
	}
	return l.judgeTable(ctx, found)
}

// instance returns the full name of the table's instance.
func (l lookout) instance() string {
	name, _, _ := strings.Cut(l.Table.String(), "/tables/")
	return name
}

// keys returns all keys that a cluster may rest under.
func (l lookout) keys() []cmekpipe.KeyName {
	return append([]cmekpipe.KeyName{l.Table.Key()}, l.Further...)
}

// clusters fails unless every cluster of the instance rests under one of the keys, and one under the table's own.
func (l lookout) clusters(ctx context.Context) error {
	client, err := bigtableclient.Instances(ctx)
	if err != nil {
		return l.fault(ctx, err)
	}
	defer client.Close()
	var found *adminpb.ListClustersResponse
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) (err error) {
		found, err = client.ListClusters(ctx, &adminpb.ListClustersRequest{Parent: l.instance()}, gax.WithRetry(nil))
		return err
	})
	if err != nil {
		return l.fault(ctx, err)
	}
	return l.judge(found)
}

func (l lookout) judge(found *adminpb.ListClustersResponse) error {
	if unseen := found.GetFailedLocations(); len(unseen) > 0 {
		return &cmekpipe.Error{Op: l.Op, Code: cmekpipe.Unavailable, Resource: l.Table.String(),
			Hint: "run again when Bigtable shows all clusters; nothing is written to one whose key can't be seen",
			Err:  errors.New("got no sight of clusters in " + strings.Join(unseen, ", "))}
	}
	own := false
	for _, c := range found.GetClusters() {
		name := c.GetEncryptionConfig().GetKmsKeyName()
		if name == "" {
			return l.refusal(cmekpipe.KeyMissing, "cluster "+c.GetName()+" rests under no customer-managed key")
		}
		key, err := cmekpipe.ParseKeyOrVersion(name)
		if err != nil || !slices.Contains(l.keys(), key) {
			return l.refusal(cmekpipe.KeyMismatch, "cluster "+c.GetName()+" rests under "+name)
		}
		own = own || key == l.Table.Key()
	}
	if !own {
		return l.refusal(cmekpipe.KeyMismatch, "no cluster of "+l.instance()+" rests under the table's own key")
	}
	return nil
}

// judgeTable fails unless the table reports no other keys than it should rest under, all of which Bigtable can use. What a
// table doesn't report is left to the look at the clusters.
func (l lookout) judgeTable(ctx context.Context, found *adminpb.Table) error {
	for id, state := range found.GetClusterStates() {
		for _, info := range state.GetEncryptionInfo() {
			if err := l.judgeInfo(ctx, id, info); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l lookout) judgeInfo(ctx context.Context, cluster string, info *adminpb.EncryptionInfo) error {
	if info.GetEncryptionType() == adminpb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
		return l.refusal(cmekpipe.KeyMissing, "reports Google's default encryption in cluster "+cluster)
	}
	key, err := cmekpipe.ParseKeyOrVersion(info.GetKmsKeyVersion())
	if info.GetKmsKeyVersion() != "" && (err != nil || !slices.Contains(l.keys(), key)) {
		return l.refusal(cmekpipe.KeyMismatch, "reports key version "+info.GetKmsKeyVersion()+" in cluster "+cluster)
	}
	if code := codes.Code(info.GetEncryptionStatus().GetCode()); code != codes.OK {
		return l.unusable(ctx, key, errors.New("Bigtable reports "+code.String()+" for "+info.GetKmsKeyVersion()+" in cluster "+cluster))
	}
	return nil
}

// describe returns what the table says of its encryption.
func (l lookout) describe(ctx context.Context) (found *adminpb.Table, err error) {
	client, err := bigtableclient.Tables(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) (err error) {
		found, err = client.GetTable(ctx, &adminpb.GetTableRequest{Name: l.Table.String(), View: adminpb.Table_ENCRYPTION_VIEW},
			gax.WithRetry(nil))
		return err
	})
	return found, err
}

// create makes the table. Another worker may be faster, or the answer to an attempt may have been lost, so that a table that
// is there by now is no failure; the caller looks at it in any case.
func (l lookout) create(ctx context.Context) error {
	client, err := bigtableclient.Tables(ctx)
	if err != nil {
		return l.fault(ctx, err)
	}
	defer client.Close()
	made := &adminpb.Table{ColumnFamilies: map[string]*adminpb.ColumnFamily{}}
	for _, family := range l.Families {
		made.ColumnFamilies[family] = &adminpb.ColumnFamily{}
	}
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) error {
		_, err := client.CreateTable(ctx, &adminpb.CreateTableRequest{Parent: l.instance(), TableId: l.Table.ID(), Table: made},
			gax.WithRetry(nil))
		return err
	})
	if gcperr.Code(err) == cmekpipe.AlreadyExists {
		return nil
	}
	return l.fault(ctx, err)
}

func (l lookout) refusal(code cmekpipe.Code, got string) error {
	names := make([]string, 0, 1+len(l.Further))
	for _, key := range l.keys() {
		names = append(names, key.String())
	}
	return &cmekpipe.Error{Op: l.Op, Code: code, Resource: l.Table.String(),
		Hint: "create the table from the key of its cluster, and name the keys of clusters in other regions with bigtableio.WithAdditionalKeys; Bigtable never changes a cluster's key",
		Err:  errors.New(got + ", want " + strings.Join(names, " or "))}
}

func (l lookout) destination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigtableTable, Name: l.Table.String(), Key: l.Table.Key(),
		AdditionalKeys: l.Further}
}
