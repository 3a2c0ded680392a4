package pubsubio_test

import (
	"bytes"
	"reflect"
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"google.golang.org/protobuf/proto"
)

func init() {
	beam.RegisterType(reflect.TypeFor[unpackFn]())
	beam.RegisterDoFn(&unpackFn{})
	beam.RegisterDoFn(&blobFn{})
	register.Emitter1[*pubsubpb.PubsubMessage]()
}

// pack puts messages into one element, so that they meet in one bundle.
func pack(t testing.TB, messages []*pubsubpb.PubsubMessage) []byte {
	t.Helper()
	packed, err := proto.Marshal(&pubsubpb.PublishRequest{Messages: messages})
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// unpackFn emits what was packed, in order.
type unpackFn struct{}

func (*unpackFn) ProcessElement(packed []byte, emit func(*pubsubpb.PubsubMessage)) error {
	var req pubsubpb.PublishRequest
	if err := proto.Unmarshal(packed, &req); err != nil {
		return err
	}
	for _, m := range req.GetMessages() {
		emit(m)
	}
	return nil
}

// blobFn makes data of a size.
type blobFn struct{}

func (*blobFn) ProcessElement(size int) []byte { return bytes.Repeat([]byte("x"), size) }
