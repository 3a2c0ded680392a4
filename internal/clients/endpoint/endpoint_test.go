package endpoint_test

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
)

func TestNoHostMeansNoOptions(t *testing.T) {
	if got := len(endpoint.HTTP("")) + len(endpoint.GRPC("")); got != 0 {
		t.Errorf("got %d options, want none", got)
	}
}
