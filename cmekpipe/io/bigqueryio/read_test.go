package bigqueryio_test

import (
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
)

// Account is a plain row.
type Account struct {
	ID    int64  `bigquery:"id"`
	Owner string `bigquery:"owner"`
}

// Balance is another projection of the same table.
type Balance struct {
	ID int64 `bigquery:"id"`
}

// Wrong names a column that is not there, Typed one of another type.
type Wrong struct {
	Missing string `bigquery:"missing"`
}

// Typed has a number where the table has a text.
type Typed struct {
	Owner int64 `bigquery:"owner"`
}

// Inner is a record.
type Inner struct {
	X int64
	Y bigquery.NullString
}

// All has a field of every type.
type All struct {
	S  string
	I  int
	F  float64
	B  bool
	R  []byte
	T  time.Time
	D  civil.Date
	C  civil.Time
	DT civil.DateTime
	N  *big.Rat
	NS bigquery.NullString
	NI bigquery.NullInt64
	NT bigquery.NullTimestamp
	ND bigquery.NullDate
	G  bigquery.NullGeography
	J  bigquery.NullJSON
	In Inner
	P  *Inner `bigquery:",nullable"`
	L  []int64
	M  []Inner
}

func init() {
	for _, t := range []reflect.Type{
		reflect.TypeFor[Account](), reflect.TypeFor[Balance](), reflect.TypeFor[Wrong](), reflect.TypeFor[Typed](), reflect.TypeFor[All](),
	} {
		beam.RegisterType(t)
	}
	register.Function1x1(showAccount)
	register.Function1x1(showAll)
	register.Function1x1(showBalance)
}

func showAccount(a Account) string { return fmt.Sprintf("%d %s", a.ID, a.Owner) }

func showBalance(b Balance) string { return fmt.Sprint(b.ID) }

func showAll(a All) string {
	p := "nil"
	if a.P != nil {
		p = fmt.Sprint(*a.P)
	}
	return fmt.Sprint(a.S, a.I, a.F, a.B, string(a.R), a.T.UTC(), a.D, a.C, a.DT, a.N.RatString(), a.NS, a.NI, a.NT.Valid, a.ND, a.G, a.J, a.In, p, a.L, a.M)
}

func accounts(n int) []Account {
	all := make([]Account, n)
	for i := range all {
		all[i] = Account{int64(i), fmt.Sprintf("owner %d", i)}
	}
	return all
}

func shown(all []Account) []any {
	texts := make([]any, len(all))
	for i, a := range all {
		texts[i] = showAccount(a)
	}
	return texts
}

const accountsTable = cmektest.Project + ":" + dataset + ".accounts"

func TestReadReadsEveryRowOnceAndCreatesNothing(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, accounts(10_000)...)
	before := len(w.Ledger())
	err := run(t, func(s beam.Scope) {
		rows := bigqueryio.Read(s, cmektest.Project, accountsTable, reflect.TypeFor[Account]())
		passert.Equals(s, beam.ParDo(s, showAccount, rows), shown(accounts(10_000))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	if now := len(w.Ledger()); now != before {
		t.Errorf("got %d things created, want none", now-before)
	}
}

func TestReadFiltersAndProjects(t *testing.T) {
	w := newWorld(t)
	fill(t, w, "accounts", nil, accounts(100)...)
	err := run(t, func(s beam.Scope) {
		rows := bigqueryio.Read(s, cmektest.Project, accountsTable, reflect.TypeFor[Balance](),
			bigqueryio.WithRowFilter("owner = 'owner 7' OR id >= 99"), bigqueryio.WithMaxStreams(1))
		passert.Equals(s, beam.ParDo(s, showBalance, rows), "7", "99")
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadOfAnEmptyTable(t *testing.T) {
	w := newWorld(t)
	fill[Account](t, w, "accounts", nil)
	err := run(t, func(s beam.Scope) {
		passert.Empty(s, bigqueryio.Read(s, cmektest.Project, accountsTable, reflect.TypeFor[Account]()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadKeepsEveryType(t *testing.T) {
	w := newWorld(t)
	at := time.Date(2026, 11, 25, 10, 0, 0, 123456000, time.UTC)
	day := civil.DateOf(at)
	full := All{S: "é", I: -1, F: 1.5, B: true, R: []byte("raw"), T: at, D: day, C: civil.TimeOf(at), DT: civil.DateTimeOf(at),
		N: big.NewRat(-7, 4), NS: bigquery.NullString{StringVal: "x", Valid: true}, NI: bigquery.NullInt64{Int64: 9, Valid: true},
		NT: bigquery.NullTimestamp{Timestamp: at, Valid: true}, ND: bigquery.NullDate{Date: day, Valid: true},
		G: bigquery.NullGeography{GeographyVal: "POINT(1 2)", Valid: true}, J: bigquery.NullJSON{JSONVal: `{"a":1}`, Valid: true},
		In: Inner{1, bigquery.NullString{StringVal: "y", Valid: true}}, P: &Inner{X: 2}, L: []int64{1, 2, 3}, M: []Inner{{X: 1}, {X: 2}}}
	empty := All{T: at, D: day, N: big.NewRat(0, 1), R: []byte{}, DT: civil.DateTimeOf(at)}
	fill(t, w, "all", nil, full, empty)
	err := run(t, func(s beam.Scope) {
		rows := bigqueryio.Read(s, cmektest.Project, cmektest.Project+"."+dataset+".all", reflect.TypeFor[All]())
		passert.Equals(s, beam.ParDo(s, showAll, rows), showAll(full), showAll(empty))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name  string
		table string
		typ   reflect.Type
		opts  []bigqueryio.ReadOption
		spoil func(*world)
		want  cmekpipe.Code
	}{
		{"table missing", cmektest.Project + ".bank.nothing", reflect.TypeFor[Account](), nil, nil, cmekpipe.NotFound},
		{"column missing", accountsTable, reflect.TypeFor[Wrong](), nil, nil, cmekpipe.InvalidOptions},
		{"another type", accountsTable, reflect.TypeFor[Typed](), nil, nil, cmekpipe.InvalidOptions},
		{"bad filter", accountsTable, reflect.TypeFor[Account](), []bigqueryio.ReadOption{bigqueryio.WithRowFilter("secret-4711 = ")}, nil, cmekpipe.InvalidOptions},
		{"key disabled", accountsTable, reflect.TypeFor[Account](), nil, func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled},
		{"key destroyed", accountsTable, reflect.TypeFor[Account](), nil, func(w *world) { w.DestroyKey(w.key) }, cmekpipe.KeyDisabled},
		{"key denied", accountsTable, reflect.TypeFor[Account](), nil, func(w *world) { w.DenyKey(w.key) }, cmekpipe.KeyDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			fill(t, w, "accounts", nil, accounts(10)...)
			if tt.spoil != nil {
				tt.spoil(w)
			}
			err := run(t, func(s beam.Scope) { bigqueryio.Read(s, cmektest.Project, tt.table, tt.typ, tt.opts...) })
			e := requireCode(t, err, tt.want)
			if e.Op != "bigqueryio.Read" || e.Hint == "" || e.Resource != strings.ReplaceAll(tt.table, ":", ".") {
				t.Errorf("got %v, want operation, table and hint", e)
			}
			if strings.Contains(err.Error(), "secret-4711") {
				t.Errorf("got the filter in the error: %v", err)
			}
		})
	}
}

func TestReadRetriesTransientFailures(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"429": {Status: http.StatusTooManyRequests}, "503": {Status: http.StatusServiceUnavailable}, "answer lost": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			fill(t, w, "accounts", nil, accounts(3000)...)
			fault.Call = 1
			for _, method := range []string{"*.CreateReadSession", "*.ReadRows"} {
				fault.Method = emulator.Method(method)
				w.Inject(fault)
			}
			err := run(t, func(s beam.Scope) {
				rows := bigqueryio.Read(s, cmektest.Project, accountsTable, reflect.TypeFor[Account]())
				passert.Equals(s, beam.ParDo(s, showAccount, rows), shown(accounts(3000))...)
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestReadRefusesWhatIsNoTableOrRow(t *testing.T) {
	for _, tt := range []struct {
		table string
		typ   reflect.Type
		opts  []bigqueryio.ReadOption
		want  cmekpipe.Code
	}{
		{"t", reflect.TypeFor[Account](), nil, cmekpipe.InvalidName},
		{"d.t", reflect.TypeFor[Account](), nil, cmekpipe.InvalidName},
		{"p.d.", reflect.TypeFor[Account](), nil, cmekpipe.InvalidName},
		{"p.d.t$20260101", reflect.TypeFor[Account](), nil, cmekpipe.InvalidName},
		{"p.d.t", reflect.TypeFor[string](), nil, cmekpipe.InvalidOptions},
		{"p.d.t", reflect.TypeFor[struct{ A int }](), nil, cmekpipe.InvalidOptions},
		{"p.d.t", reflect.TypeFor[Account](), []bigqueryio.ReadOption{bigqueryio.WithMaxStreams(1001)}, cmekpipe.InvalidOptions},
	} {
		func() {
			defer func() {
				err, _ := recover().(error)
				requireCode(t, err, tt.want)
			}()
			_, s := beam.NewPipelineWithRoot()
			bigqueryio.Read(s, "bank-prod", tt.table, tt.typ, tt.opts...)
		}()
	}
}

func TestGuardSeesThatReadCreatesNothing(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	bigqueryio.Read(s, "bank-prod", "bank-prod:d.t", reflect.TypeFor[Account]())
	c, err := guard.Inspect(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range c.Transforms {
		if !slices.Contains([]guard.Verdict{guard.Neutral, guard.ReadsOnly}, x.Verdict) {
			t.Errorf("%s: got %v, want it harmless", x.Name, x.Verdict)
		}
	}
}
