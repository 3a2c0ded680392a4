package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedFileIsUpToDate(t *testing.T) {
	data, err := os.ReadFile("../../locations.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate(data)
	if err != nil {
		t.Fatal(err)
	}
	for name, source := range want {
		got, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(source), string(got)); diff != "" {
			t.Errorf("%s is not what go generate makes (-want +got):\n%s", name, diff)
		}
	}
}

func TestEveryEntryOfTheDataHasAType(t *testing.T) {
	data, err := os.ReadFile("../../locations.json")
	if err != nil {
		t.Fatal(err)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	sources, err := generate(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Regions) < 43 || len(f.Others) < 20 || len(f.Buckets) < 9 {
		t.Fatalf("got %d regions, %d others, %d buckets, want a full data file", len(f.Regions), len(f.Others), len(f.Buckets))
	}
	for _, e := range f.Regions {
		if !strings.Contains(string(sources["regions_gen.go"]), "type "+typeName(e.ID)+" struct{ Region }\n") {
			t.Errorf("%s: got no region type", e.ID)
		}
	}
	for _, e := range f.Others {
		if !strings.Contains(string(sources["areas_gen.go"]), "type "+typeName(e.ID)+" struct{ area }\n") {
			t.Errorf("%s: got no type that is not a region", e.ID)
		}
	}
}

func TestTypeName(t *testing.T) {
	for id, want := range map[string]string{
		"us-central1": "USCentral1", "me-west1": "MEWest1", "europe-west10": "EuropeWest10",
		"northamerica-northeast1": "NorthAmericaNortheast1", "southamerica-east1": "SouthAmericaEast1",
		"us": "US", "in": "IN", "eur4": "EUR4", "nam-eur-asia1": "NAMEURAsia1", "asia1": "Asia1", "global": "Global",
	} {
		if got := typeName(id); got != want {
			t.Errorf("typeName(%q): got %s, want %s", id, got, want)
		}
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"an unknown field":         `{"regions":[{"id":"us-central1","citty":"x"}]}`,
		"one location twice":       `{"regions":[{"id":"us-central1"},{"id":"us-central1"}]}`,
		"two ids for one type":     `{"regions":[{"id":"asia1"},{"id":"Asia1"}]}`,
		"text that is not JSON":    `regions`,
		"an id that isn't Go name": `{"regions":[{"id":"a b"}]}`,
	} {
		if _, err := generate([]byte(data)); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
