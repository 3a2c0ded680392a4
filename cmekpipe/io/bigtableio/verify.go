package bigtableio

import (
	"context"
	"errors"
	"path"
	"strings"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// verifyFn checks the keys of a table, and may create the table, even if there is no row to write. A table that is deleted
// later is not created again: the rows that were written to it are gone.
type verifyFn struct {
	Keys keyVerifier
}

// ProcessElement checks the keys and emits the table's name.
func (f *verifyFn) ProcessElement(ctx context.Context, _ []byte, emit func(string)) error {
	if err := f.Keys.run(ctx); err != nil {
		return err
	}
	emit(f.Keys.Table.String())
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *verifyFn) CMEKDestination() destination.Destination { return f.Keys.destination() }

// keyVerifier checks the keys of the clusters that hold a table.
type keyVerifier struct {
	Op      string
	Table   cmekpipe.BigtableTable
	Further []cmekpipe.KeyName // other keys that a cluster may have

	Create   bool // whether it creates a table that is missing, with these families
	Families []string
}

// recheck checks clusters and table if the last check of the process is too old: anybody may add a cluster to an instance,
// and a table may be deleted and created again.
func (v keyVerifier) recheck(ctx context.Context) error {
	keys := make([]string, 0, 1+len(v.Further))
	for _, key := range v.keys() {
		keys = append(keys, key.String())
	}
	id := shared.ID{Service: "bigtable table", Endpoint: bigtableclient.Endpoint(), Resource: v.Table.String(), Keys: strings.Join(keys, " ")}
	return shared.Check(ctx, id, v.run)
}

// run checks the clusters, and then the table, which it may create. After an error nothing may be written.
func (v keyVerifier) run(ctx context.Context) error {
	if err := v.clusters(ctx); err != nil {
		return err
	}
	found, err := v.describe(ctx)
	if v.Create && gcperr.Code(err) == cmekpipe.NotFound {
		if err := v.create(ctx); err != nil {
			return err
		}
		found, err = v.describe(ctx)
	}
	if err != nil {
		return v.fault(ctx, err)
	}
	return v.checkTable(ctx, found)
}

// instance returns the full name of the table's instance.
func (v keyVerifier) instance() string {
	name, _, _ := strings.Cut(v.Table.String(), "/tables/")
	return name
}

// keys returns all keys that a cluster may have.
func (v keyVerifier) keys() []cmekpipe.KeyName {
	return append([]cmekpipe.KeyName{v.Table.Key()}, v.Further...)
}

// clusters fails unless every cluster of the instance has one of the keys, and at least one has the table's own.
func (v keyVerifier) clusters(ctx context.Context) error {
	client, err := bigtableclient.SharedInstances(ctx)
	if err != nil {
		return v.fault(ctx, err)
	}
	var found *adminpb.ListClustersResponse
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) (err error) {
		found, err = client.ListClusters(ctx, &adminpb.ListClustersRequest{Parent: v.instance()}, gax.WithRetry(nil))
		return err
	})
	if err != nil {
		return v.fault(ctx, err)
	}
	return v.check(found)
}

// check compares the keys of the clusters with the ones that were named.
func (v keyVerifier) check(found *adminpb.ListClustersResponse) error {
	if unread := found.GetFailedLocations(); len(unread) > 0 {
		return &cmekpipe.Error{Op: v.Op, Code: cmekpipe.Unavailable, Resource: v.Table.String(),
			Hint: "wait until Bigtable lists all clusters, and retry; nothing is written to a cluster whose key is not known: " +
				"gcloud bigtable clusters list --instances=" + path.Base(v.instance()),
			Err: errors.New("could not read the clusters in " + strings.Join(unread, ", "))}
	}
	keys := bigtableclient.Keys(found)
	if len(keys) == 0 {
		return v.refusal(cmekpipe.KeyMismatch, "got no cluster in "+v.instance()+", want one with "+v.Table.Key().String())
	}
	for i, c := range found.GetClusters() {
		if code, cause := keycheck.Compare(v.keys(), keys[i]); code != "" {
			e := v.refusal(code, "cluster "+c.GetName()+": "+cause)
			e.Hint = v.clusterHint(c, e.Hint)
			return e
		}
	}
	return keycheck.CheckAll(v.Op, v.Table.String(), []cmekpipe.KeyName{v.Table.Key()}, keys...)
}

// clusterHint names the location of a key that can protect a cluster if none of the named keys is there.
func (v keyVerifier) clusterHint(c *adminpb.Cluster, hint string) string {
	var want []string
	for _, key := range v.keys() {
		answer := location.ForBigtable(key.Location(), path.Base(c.GetLocation()))
		if answer.Fit != location.Refused {
			return hint
		}
		want = answer.Want
	}
	if len(want) == 0 {
		return hint
	}
	return "a cluster has a key of its own region, so name the cluster's key too: " + explain.MoveKey(c.GetName(), cmekpipe.KeyName{}, want) +
		"; or: " + hint
}

// checkTable fails if the table reports another key than the ones that were named, or one that Bigtable cannot use. What a
// table does not report is left to the check of the clusters.
func (v keyVerifier) checkTable(ctx context.Context, found *adminpb.Table) error {
	for id, state := range found.GetClusterStates() {
		for _, info := range state.GetEncryptionInfo() {
			if err := v.checkInfo(ctx, id, info); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v keyVerifier) checkInfo(ctx context.Context, cluster string, info *adminpb.EncryptionInfo) error {
	version := info.GetKmsKeyVersion()
	if version != "" || info.GetEncryptionType() == adminpb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
		if info.GetEncryptionType() == adminpb.EncryptionInfo_GOOGLE_DEFAULT_ENCRYPTION {
			version = ""
		}
		if code, cause := keycheck.Compare(v.keys(), version); code != "" {
			return v.refusal(code, "the table in cluster "+cluster+": "+cause)
		}
	}
	if code := codes.Code(info.GetEncryptionStatus().GetCode()); code != codes.OK {
		key, _ := cmekpipe.ParseKeyOrVersion(version) // Compare has read it
		return v.unusable(ctx, key, errors.New("Bigtable reports "+code.String()+" for "+version+" in cluster "+cluster))
	}
	return nil
}

// describe returns what the table reports about its encryption.
func (v keyVerifier) describe(ctx context.Context) (found *adminpb.Table, err error) {
	client, err := bigtableclient.SharedTables(ctx)
	if err != nil {
		return nil, err
	}
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) (err error) {
		found, err = client.GetTable(ctx, &adminpb.GetTableRequest{Name: v.Table.String(), View: adminpb.Table_ENCRYPTION_VIEW},
			gax.WithRetry(nil))
		return err
	})
	return found, err
}

// create creates the table. A table that exists by now is no failure, because another worker may have been faster or the
// answer to an attempt may have been lost; the caller checks it in any case.
func (v keyVerifier) create(ctx context.Context) error {
	client, err := bigtableclient.SharedTables(ctx)
	if err != nil {
		return v.fault(ctx, err)
	}
	made := &adminpb.Table{ColumnFamilies: map[string]*adminpb.ColumnFamily{}}
	for _, family := range v.Families {
		made.ColumnFamilies[family] = &adminpb.ColumnFamily{}
	}
	err = retry.Do(ctx, adminPolicy(), func(ctx context.Context) error {
		_, err := client.CreateTable(ctx, &adminpb.CreateTableRequest{Parent: v.instance(), TableId: v.Table.ID(), Table: made},
			gax.WithRetry(nil))
		return err
	})
	if gcperr.Code(err) == cmekpipe.AlreadyExists {
		return nil
	}
	return v.fault(ctx, err)
}

func (v keyVerifier) refusal(code cmekpipe.Code, cause string) *cmekpipe.Error {
	return keycheck.Refusal(v.Op, v.Table.String(), v.keys(), code, cause)
}

func (v keyVerifier) destination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigtableTable, Name: v.Table.String(), Key: v.Table.Key(),
		AdditionalKeys: v.Further}
}
