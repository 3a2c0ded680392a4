package kms_test

import (
	"fmt"
	"testing"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestKeyRingIsCreatedOnce(t *testing.T) {
	c := start(t)
	made, err := c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: place, KeyRingId: "r"})
	if err != nil || made.GetName() != ringName || !made.GetCreateTime().AsTime().Equal(c.clock.read()) {
		t.Fatalf("got %v, %v", made, err)
	}
	got, err := c.GetKeyRing(t.Context(), &kmspb.GetKeyRingRequest{Name: ringName})
	if err != nil || got.GetName() != ringName {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: place, KeyRingId: "r"})
	wantStatus(t, err, codes.AlreadyExists, ringName)
}

func TestKeyRingNamesAreChecked(t *testing.T) {
	c := start(t)
	for _, tt := range []struct {
		parent, id string
		code       codes.Code
	}{
		{place, "", codes.InvalidArgument},
		{place, "a b", codes.InvalidArgument},
		{place, "a/b", codes.InvalidArgument},
		{place, "r/cryptoKeys/k", codes.InvalidArgument},
		{"", "r", codes.InvalidArgument},
		{"projects/bank-keys", "r", codes.InvalidArgument},
		{place + "/keyRings/r", "r", codes.InvalidArgument},
		{"projects/bank-keys/locations/US-CENTRAL1", "r", codes.InvalidArgument},
		{"projects/bank-keys/locations/mars", "r", codes.NotFound},
	} {
		_, err := c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: tt.parent, KeyRingId: tt.id})
		if status.Code(err) != tt.code {
			t.Errorf("CreateKeyRing(%q, %q): got %v, want %s", tt.parent, tt.id, err, tt.code)
		}
	}
	if got := c.env.Ledger.Entries(); len(got) != 0 {
		t.Errorf("got ledger %v, want nothing created", got)
	}
	_, err := c.GetKeyRing(t.Context(), &kmspb.GetKeyRingRequest{Name: ringName})
	wantStatus(t, err, codes.NotFound, ringName)
	_, err = c.GetKeyRing(t.Context(), &kmspb.GetKeyRingRequest{Name: keyName})
	wantStatus(t, err, codes.InvalidArgument, keyName)
}

func TestMultiRegionsHoldKeyRings(t *testing.T) {
	c := start(t)
	for _, id := range []string{"global", "us", "europe", "eur4", "nam4", "asia1", "europe-west10"} {
		_, err := c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: "projects/bank-keys/locations/" + id, KeyRingId: "r"})
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestListKeyRingsPages(t *testing.T) {
	c := start(t)
	for i := range 5 {
		c.createRing(fmt.Sprintf("ring-%d", 4-i))
	}
	_, err := c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: "projects/bank-keys/locations/us", KeyRingId: "other"})
	if err != nil {
		t.Fatal(err)
	}
	it := c.ListKeyRings(t.Context(), &kmspb.ListKeyRingsRequest{Parent: place, PageSize: 2})
	for i := range 5 {
		got, err := it.Next()
		want := fmt.Sprintf("%s/keyRings/ring-%d", place, i)
		if err != nil || got.GetName() != want {
			t.Fatalf("got %v, %v, want %s", got, err, want)
		}
	}
	if got, err := it.Next(); err != iterator.Done {
		t.Errorf("got %v, %v, want the end", got, err)
	}
	if got := it.Response.(*kmspb.ListKeyRingsResponse); got.GetTotalSize() != 5 || len(got.GetKeyRings()) != 1 {
		t.Errorf("last page: got %v, want one of 5", got)
	}
}

func TestListRefusesFiltersAndOrders(t *testing.T) {
	c := start(t)
	for _, tt := range []struct {
		request *kmspb.ListKeyRingsRequest
		code    codes.Code
	}{
		{&kmspb.ListKeyRingsRequest{Parent: place, Filter: "name:x"}, codes.Unimplemented},
		{&kmspb.ListKeyRingsRequest{Parent: place, OrderBy: "name"}, codes.Unimplemented},
		{&kmspb.ListKeyRingsRequest{Parent: place, PageSize: -1}, codes.InvalidArgument},
		{&kmspb.ListKeyRingsRequest{Parent: place, PageToken: "forged"}, codes.InvalidArgument},
		{&kmspb.ListKeyRingsRequest{Parent: place, PageToken: "ZnJvbTo5"}, codes.InvalidArgument},
		{&kmspb.ListKeyRingsRequest{Parent: ringName}, codes.InvalidArgument},
	} {
		_, err := c.ListKeyRings(t.Context(), tt.request).Next()
		if status.Code(err) != tt.code {
			t.Errorf("%v: got %v, want %s", tt.request, err, tt.code)
		}
	}
}
