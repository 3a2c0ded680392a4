package retryrunner

import "context"

// when is the time at which a late attempt begins, or a suspended one goes on.
type when int

const (
	afterBundle when = iota // when another attempt at the bundle succeeded
	afterStage              // when all bundles of the stage succeeded
	afterNext               // when those of the next stage did
	afterRun
	whens
)

// pending holds what late and suspended attempts still do, by its time.
type pending [whens][]func(context.Context)

// run does what is due at a time. What was due after the next stage is then due after this one.
func (p *pending) run(ctx context.Context, w when) {
	due := p[w]
	p[w] = nil
	for _, attempt := range due {
		attempt(ctx)
	}
}

// Rest is what the attempts of a run that ended still do: those that are late, suspended or killed.
type Rest struct{ r *run }

// Finish lets all late and suspended attempts run to their end. Nothing that they do changes the result of the run. It
// returns the error of ctx.
func (rest *Rest) Finish(ctx context.Context) error {
	for w := range whens {
		rest.r.pending.run(ctx, w)
	}
	rest.Discard()
	return ctx.Err()
}

// Discard kills all attempts that have not ended: no call of theirs arrives any more. Finish and Discard may be called more
// than once.
func (rest *Rest) Discard() {
	rest.r.pending = pending{}
	rest.r.gates.kill()
	rest.r.cancelKilled()
	for _, process := range rest.r.processes {
		process.Close()
	}
	rest.r.processes = nil
}

// Attempts returns the number of attempts that the run made at its bundles.
func (rest *Rest) Attempts() int { return rest.r.bundles }

// Stopped returns the number of attempts that stopped at a call. If it is 0, no attempt made as many calls as
// [Config.Call] says.
func (rest *Rest) Stopped() int {
	rest.r.gates.mu.Lock()
	defer rest.r.gates.mu.Unlock()
	return rest.r.gates.stopped
}
