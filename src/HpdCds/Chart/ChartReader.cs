using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Telemetry;
using HpdCds.Trust;

namespace HpdCds.Chart;

/// <summary>
/// Reads the patient: prefetch first, then the FHIR server for the keys that are missing, with the token of the request.
/// One call a key or for several keys together, all at once; after them only next pages, once more without hints what a
/// server did not understand, and one question for Medications to which the answers point. When this returns, nothing is
/// under way.
/// </summary>
public sealed class ChartReader(PrefetchTable table, KnowledgeBase knowledge, FhirCalls calls, SiteSettings settings, TimeProvider clock)
{
    // Without a wish for a number the pages are as small as the server likes: then what came counts, not how many they were.
    private const int MostOfSmallPages = (ReadingBudget.PagesPerKey + 1) * PrefetchTable.PageSize;

    // The sieve looks at dates roughly: a day written elsewhere in the world may lie inside the window here.
    private const int DaysForZones = 2;

    private static readonly TimeSpan ShortestTokenLife = TimeSpan.FromSeconds(1);

    /// <summary>The body of a call, of whose prefetch what will be read is looked into as it comes.</summary>
    /// <param name="length">About how long it will be.</param>
    /// <param name="least">Fewer bytes are not worth a look, unless they are all.</param>
    public ArrivingBody Arriving(long length, int least = ArrivingBody.Enough) => new(table.IsRead, settings.MaxBundleEntries, IsWanted, length, least);

    private bool IsWanted(string? system, string code) => knowledge.Codes.Observations.Find(system, code) is { } known && table.IsForFacts(known.Group);

    /// <param name="withGrowth">What growth is judged by is read too.</param>
    /// <param name="ended">Told of each key whose reading ended.</param>
    /// <param name="historyDays">How far back results are kept that are too old to count; null for none but the newest.</param>
    public async Task<PatientChart> ReadAsync(
        HookRequest request, TrustedEhr ehr, DateTimeOffset asOf, CancellationToken stop, ReadingTrace? trace = null, int? historyDays = null, bool withGrowth = false, Action<ChartKey>? ended = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(ehr);
        using var station = Signals.At(Station.Chart);
        var patient = new PatientIdentity(request.PatientId, ehr.BasesOf(request.FhirServer));
        var asked = request.IsForGrowth ? table.ForGrowth : withGrowth ? table.WithGrowth : table;
        var sieve = new BundleSieve(knowledge.Codes, asked, patient, ehr.Zone, WindowStart(asOf, historyDays), trace);
        var mayCall = MayCall(request, ehr);
        var readings = asked.Rows.Select(row => Begin(row, request, sieve, mayCall)).ToList();
        if (!mayCall || readings.Exists(reading => reading.PatientMismatch))
            return ChartAssembly.Assemble(request.PatientId, readings, ehr.Zone, trace);

        var budget = request.Budget ?? NewBudget();
        using var time = new CancellationTokenSource(TimeLeft(budget, request.Access!), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, stop);
        var session = new Session(request.FhirServer!, request.Access!, request.PatientId, sieve, budget, either.Token) { Ended = ended };
        await CompleteAsync(readings, session);
        var chart = ChartAssembly.Assemble(request.PatientId, readings, ehr.Zone, trace);
        var named = await WithMedicationsAsync(chart, session);
        stop.ThrowIfCancellationRequested();
        return named;
    }

    /// <summary>How many keys are read.</summary>
    public int Sources(bool withGrowth) => (withGrowth ? table.WithGrowth : table).Rows.Length;

    /// <summary>
    /// The request with the drafts that only pointed at a Medication named, or null when there is nothing to find out. It is
    /// asked before anything about the patient is, so that for other drugs nothing is read; from then on the time runs.
    /// </summary>
    public async Task<HookRequest?> WithNamedDraftsAsync(HookRequest request, TrustedEhr ehr, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(ehr);
        if (!MayCall(request, ehr))
            return null;
        var lookup = new MedicationLookup(request.Orders.Select(order => order.Elsewhere), request.FhirServer!);
        if (lookup.IsEmpty)
            return null;
        var budget = NewBudget();
        using var time = new CancellationTokenSource(TimeLeft(budget, request.Access!), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, stop);
        await lookup.ReadAsync(calls, request.Access!, budget, budget.TakeCallForDrafts, settings.MaxBundleEntries, either.Token);
        stop.ThrowIfCancellationRequested();
        return request with { Orders = [.. request.Orders.Select(lookup.Complete)], Budget = budget };
    }

    /// <summary>Our questions to a server one after the other, each as a hook call asks it, for whoever surveys it.</summary>
    internal async IAsyncEnumerable<(KeyReading[] Together, TimeSpan Elapsed)> AskEachAsync(
        FhirBase server, FhirAccess access, string patientId, [EnumeratorCancellation] CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var sieve = new BundleSieve(knowledge.Codes, table, new PatientIdentity(patientId, [server]), TimeZoneInfo.Utc, WindowStart(now));
        foreach (var together in Together(table.Rows.Select(row => new KeyReading(row))))
        {
            var session = new Session(server, access, patientId, sieve, new ReadingBudget(DateTimeOffset.MaxValue), stop);
            var started = clock.GetTimestamp();
            await FetchAsync(together, session);
            await AskPlainlyAsync(together.Where(reading => reading.WasNotUnderstood), session);
            yield return (together, clock.GetElapsedTime(started));
        }
    }

    /// <summary>The second and last round of questions: the Medications to which the first answers only point.</summary>
    private async Task<PatientChart> WithMedicationsAsync(PatientChart chart, Session session)
    {
        var nameless = chart.Medications.OrderBy(medication => medication.Concepts.Length).ThenBy(medication => medication.Elsewhere, StringComparer.Ordinal);
        var lookup = new MedicationLookup(nameless.Select(medication => medication.Elsewhere), session.Server);
        if (lookup.IsEmpty || !IsAlive(session.Access))
            return chart;
        await lookup.ReadAsync(calls, session.Access, session.Budget, session.Budget.TakeCall, settings.MaxBundleEntries, session.Stop);
        return chart with { Medications = [.. chart.Medications.Select(lookup.Complete)] };
    }

    private DateTimeOffset WindowStart(DateTimeOffset asOf, int? historyDays = null) =>
        asOf.AddDays(-(historyDays ?? knowledge.Rules.LongestWindowInDays) - DaysForZones);

    // A token that ends earlier ends the reading: an answer that is on its way then may be refused in the middle.
    private TimeSpan TimeLeft(ReadingBudget budget, FhirAccess access)
    {
        var left = (access.Until < budget.Until ? access.Until : budget.Until) - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private ReadingBudget NewBudget() => new(clock.GetUtcNow() + settings.ReadTimeout);

    private bool MayCall(HookRequest request, TrustedEhr ehr) =>
        request is { FhirServer: { } server, Access: { } access } && ehr.FhirBases.Contains(server) && IsAlive(access);

    private bool IsAlive(FhirAccess access) => access.Until - clock.GetUtcNow() > ShortestTokenLife;

    private KeyReading Begin(PrefetchRow row, HookRequest request, BundleSieve sieve, bool mayCall)
    {
        var reading = new KeyReading(row) { IsSupplied = request.Prefetch.ContainsKey(row.Name) };
        var received = Received.Absent;
        if (request.Prefetch.TryGetValue(row.Name, out var value))
        {
            var walk = request.Walked.GetValueOrDefault(row.Name) ?? BundleWalk.Read(value, settings.MaxBundleEntries);
            var sieved = sieve.Sift(walk, row, isOwnSearch: false);
            received = reading.Take(sieved);
        }

        (reading.Next, reading.State) = PrefetchDecision.Of(received, mayCall);
        return reading;
    }

    private async Task CompleteAsync(List<KeyReading> readings, Session session)
    {
        var fetches = Together(readings.Where(reading => reading.Next == NextStep.Fetch))
            .Where(_ => session.Budget.TakeCall())
            .ToList();
        // Chosen before the first call: a fetch that is quick may come to pages of its own, and follows them itself.
        var paged = readings.Where(reading => reading.Next == NextStep.FollowPages).ToList();
        await Task.WhenAll([.. fetches.Select(together => FetchAsync(together, session)), .. paged.Select(reading => FollowPagesAsync(reading, session))]);
        await AskPlainlyAsync(fetches.SelectMany(together => together).Where(reading => reading.WasNotUnderstood), session);
    }

    private static IEnumerable<KeyReading[]> Together(IEnumerable<KeyReading> readings) =>
        readings.GroupBy(reading => reading.Row.AskedAs ?? reading.Row.Name, StringComparer.Ordinal).Select(together => together.ToArray());

    /// <summary>One call for keys that are asked for together; the first of them holds what came.</summary>
    private async Task FetchAsync(KeyReading[] together, Session session)
    {
        var reading = together[0];
        PrefetchRow[] rows = [.. together.Select(one => one.Row)];
        var query = PrefetchTable.QueryFor(rows, session.PatientId);
        var asked = reading.WasAskedPlainly ? PrefetchTable.WithoutHints(query) : query;
        reading.Asked = PrefetchTable.TemplateOf(rows, reading.WasAskedPlainly);
        var answer = await calls.AskAsync(session.Server, asked, session.Access, session.Stop, session.Budget.TakeCall);
        reading.AskAnew();
        reading.State = answer.State;
        reading.Next = NextStep.Settle;
        reading.WasNotUnderstood = answer.IsNotUnderstood && reading.Row.IsSearch;
        if (answer.State == SourceState.Complete)
            (reading.Next, reading.State) = PrefetchDecision.OfAnswer(Read(reading, answer, session));
        if (reading.Next == NextStep.FollowPages)
            await FollowPagesAsync(reading, session);
        foreach (var other in together.Skip(1))
            other.EndAs(reading);
        foreach (var read in together)
            session.Ended?.Invoke(read.Row.Key);
    }

    /// <summary>A server that refuses to sort or to count is asked once more without that wish: for results in one search, and for what else it refused.</summary>
    private async Task AskPlainlyAsync(IEnumerable<KeyReading> refused, Session session)
    {
        var searches = refused.GroupBy(reading => reading.Row.ResourceType, StringComparer.Ordinal)
            .Select(together => together.ToArray())
            .Where(_ => IsAlive(session.Access) && session.Budget.TakeCall())
            .ToList();
        foreach (var together in searches)
            together[0].WasAskedPlainly = true;
        await Task.WhenAll(searches.Select(together => FetchAsync(together, session)));
    }

    private async Task FollowPagesAsync(KeyReading reading, Session session) => reading.State = await FollowAsync(reading, session);

    private async Task<SourceState> FollowAsync(KeyReading reading, Session session)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var page = 0; page < ReadingBudget.PagesPerKey || (reading.WasAskedPlainly && reading.Came < MostOfSmallPages); page++)
        {
            var url = session.Server.Resolve(reading.NextLink);
            if (url is null || !seen.Add(url.AbsoluteUri) || !session.Budget.TakePage() || !IsAlive(session.Access))
                return SourceState.Truncated;
            var answer = await calls.GetAsync(url, session.Access, session.Stop);
            if (answer.State != SourceState.Complete)
                return SourceState.Truncated;
            var received = Read(reading, answer, session);
            if (received is Received.Matches or Received.Empty)
                return SourceState.Complete;
            if (received is not Received.Paged)
                return SourceState.Truncated;
        }

        return SourceState.Truncated;
    }

    private Received Read(KeyReading reading, FhirAnswer answer, Session session)
    {
        var sieved = session.Sieve.Sift(BundleWalk.Read(answer.Body, settings.MaxBundleEntries), reading.Row, isOwnSearch: true);
        return reading.Take(sieved);
    }

    private sealed record Session(FhirBase Server, FhirAccess Access, string PatientId, BundleSieve Sieve, ReadingBudget Budget, CancellationToken Stop) : PatientData
    {
        public Action<ChartKey>? Ended { get; init; }
    }
}
