package cmekpipe_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func TestDestinationKinds(t *testing.T) {
	for kind, temporary := range map[cmekpipe.DestinationKind]bool{
		cmekpipe.KindObject: false, cmekpipe.KindShardedObjects: false, cmekpipe.KindTemporaryFolder: true,
		cmekpipe.KindBigQueryTable: false, cmekpipe.KindBigQueryTemporaryDataset: true, cmekpipe.KindPubSubTopic: false,
		cmekpipe.KindSpannerDatabase: false, cmekpipe.KindBigtableTable: false, cmekpipe.KindDatastoreDatabase: false,
		cmekpipe.KindFHIRStore: false,
	} {
		if !kind.Valid() || kind.Temporary() != temporary {
			t.Errorf("%s: got valid %v and temporary %v, want true and %v", kind, kind.Valid(), kind.Temporary(), temporary)
		}
	}
	for _, kind := range []cmekpipe.DestinationKind{"", "tape", "Object"} {
		if kind.Valid() || kind.Temporary() {
			t.Errorf("%q: got it valid or temporary, want neither", kind)
		}
	}
}
