package cmekpipe

import "slices"

// DestinationKind says what the name of a destination stands for, and so in which service it is and how its key is read.
// The zero value is invalid.
type DestinationKind string

// The kinds of destinations. Their text never changes, so that plans and reports may be compared.
const (
	// KindObject is one Cloud Storage object, by its gs:// URL.
	KindObject DestinationKind = "object"
	// KindShardedObjects are the objects that a sharded write makes, by the prefix of their gs:// URLs.
	KindShardedObjects DestinationKind = "sharded-objects"
	// KindTemporaryFolder is a folder in Cloud Storage, by its gs:// URL, whose objects may be gone when the pipeline has ended.
	KindTemporaryFolder DestinationKind = "temporary-folder"
	// KindBigQueryTable is a table, as PROJECT.DATASET.TABLE.
	KindBigQueryTable DestinationKind = "bigquery-table"
	// KindBigQueryTemporaryDataset are the datasets that queries fill and that may be gone when the pipeline has ended, by the
	// project that they are in.
	KindBigQueryTemporaryDataset DestinationKind = "bigquery-temporary-dataset"
	// KindPubSubTopic is a topic, as projects/PROJECT/topics/TOPIC.
	KindPubSubTopic DestinationKind = "pubsub-topic"
	// KindSpannerDatabase is a database, as projects/PROJECT/instances/INSTANCE/databases/DATABASE.
	KindSpannerDatabase DestinationKind = "spanner-database"
	// KindBigtableTable is a table, as projects/PROJECT/instances/INSTANCE/tables/TABLE.
	KindBigtableTable DestinationKind = "bigtable-table"
	// KindDatastoreDatabase is a database, as projects/PROJECT/databases/DATABASE.
	KindDatastoreDatabase DestinationKind = "datastore-database"
	// KindFHIRStore is a store, as projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE.
	KindFHIRStore DestinationKind = "fhir-store"
)

// Valid reports whether k is one of the kinds above.
func (k DestinationKind) Valid() bool {
	return slices.Contains([]DestinationKind{
		KindObject, KindShardedObjects, KindTemporaryFolder, KindBigQueryTable, KindBigQueryTemporaryDataset, KindPubSubTopic,
		KindSpannerDatabase, KindBigtableTable, KindDatastoreDatabase, KindFHIRStore,
	}, k)
}

// Temporary reports whether what lies at a destination of this kind may be gone when the pipeline has ended.
func (k DestinationKind) Temporary() bool {
	return k == KindTemporaryFolder || k == KindBigQueryTemporaryDataset
}
