using System.Collections.Concurrent;
using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.SmartApp;

/// <summary>How a reading ended.</summary>
internal enum ReadingEnd
{
    Read,

    /// <summary>The EHR wants the patient to be opened anew: the token is over, and another one is not to be had.</summary>
    NeedsRelaunch,

    /// <summary>The card from which somebody came is another patient's.</summary>
    AnotherPatient,
}

/// <summary>What a launch read.</summary>
internal sealed record LaunchResult(ReadingEnd End, PictureRequest? Request) : PatientData;

/// <summary>One reading of a chart, under way or done. It goes on while nobody waits for it.</summary>
internal sealed class LaunchReading(DateTimeOffset begun, DateTimeOffset until)
{
    public DateTimeOffset Begun => begun;

    private readonly ConcurrentDictionary<ChartKey, bool> _ended = new();

    public DateTimeOffset Until => until;

    public Task<LaunchResult> Result { get; set; } = Task.FromResult(new LaunchResult(ReadingEnd.NeedsRelaunch, Request: null));

    /// <summary>No source failed that might answer at another time.</summary>
    public bool IsWhole => Result is { IsCompletedSuccessfully: true, Result.Request: { } request } && request.Chart.Sources.Values.All(source => source.State != SourceState.Failed);

    /// <summary>The sources whose reading has ended so far.</summary>
    public ChartKey[] Ended => [.. _ended.Keys.Order()];

    public void End(ChartKey key) => _ended[key] = true;
}

/// <summary>
/// Reads a chart for a launch, once for all requests of its page: the page answers at once and looks again. What was read stays in the
/// memory of this process until the launch is over; another replica reads for itself.
/// </summary>
internal sealed class LaunchReadings(ChartReader charts, CurrentTrust trust, FhirCalls calls, LaunchDesk desk, CardContexts contexts, KnowledgeBase knowledge, TimeProvider clock, IHostApplicationLifetime life)
{
    private const int MostReadings = 500;

    /// <summary>A token that ends sooner is renewed before it is used.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(30);

    /// <summary>Who loads the page again after this time sees what is in the chart then.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(2);

    /// <summary>The same where a source failed: it may be well again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Lazy<LaunchReading>> _readings = new(StringComparer.Ordinal);

    /// <param name="anew">Whether an older reading is not good enough: the page is looked at, and nothing is tried on it.</param>
    public LaunchReading Of(string id, OpenLaunch launch, TrustedEhr ehr, bool anew)
    {
        var now = clock.GetUtcNow();
        if (anew && _readings.TryGetValue(id, out var earlier) && earlier.Value is { Result.IsCompleted: true } done && now - done.Begun > (done.IsWhole ? Freshness : Pause))
            _readings.TryRemove(new(id, earlier));
        foreach (var (old, reading) in _readings)
        {
            if (reading is { IsValueCreated: true, Value: { } known } && known.Until <= now)
                _readings.TryRemove(old, out _);
        }

        // The oldest one is read again if somebody still looks at it.
        while (_readings.Count >= MostReadings && !_readings.ContainsKey(id) && _readings.MinBy(one => one.Value.IsValueCreated ? one.Value.Value.Until : DateTimeOffset.MaxValue) is { Key: { } oldest })
            _readings.TryRemove(oldest, out _);
        return _readings.GetOrAdd(id, _ => new Lazy<LaunchReading>(() =>
        {
            var reading = new LaunchReading(now, launch.Until);
            // On a thread of its own: the request that began it may go.
            reading.Result = Task.Run(() => ReadAsync(id, launch, ehr, reading, life.ApplicationStopping), CancellationToken.None);
            return reading;
        })).Value;
    }

    /// <summary>Growth stands on the page of who has it live on cards.</summary>
    public bool ShowsGrowth(TrustedEhr ehr) => trust.Table.ModeOf(ehr.Name, HookCatalogue.Growth) == ServiceMode.Live;

    /// <summary>How many sources are read for a page of this EHR.</summary>
    public int SourcesFor(TrustedEhr ehr) => charts.Sources(ShowsGrowth(ehr));

    public void Forget(string id) => _readings.TryRemove(id, out _);

    private async Task<LaunchResult> ReadAsync(string id, OpenLaunch launch, TrustedEhr ehr, LaunchReading reading, CancellationToken stop)
    {
        var origin = await OriginAsync(launch, ehr, stop);
        if (origin.IsAnotherPatient)
            return new(ReadingEnd.AnotherPatient, Request: null);
        var current = launch;
        if (current.TokenUntil - clock.GetUtcNow() < Spare)
        {
            if (await desk.RenewAsync(id, current.AccessToken, stop) is not { } renewed)
                return new(ReadingEnd.NeedsRelaunch, Request: null);
            current = renewed;
        }

        var (request, isRefused) = await TryAsync(current, origin, ehr, reading, stop);
        // Renewed once, and then it is for the person to open the patient anew.
        if (isRefused && await desk.RenewAsync(id, current.AccessToken, stop) is { } second)
        {
            current = second;
            (request, isRefused) = await TryAsync(current, origin, ehr, reading, stop);
        }

        // A server that refuses a token for some records only means the records.
        var isOver = isRefused && (current.TokenUntil <= clock.GetUtcNow() || request.Chart.Sources.Values.All(source => source.State != SourceState.Complete)
            || request.Chart.Sources[ChartKey.Patient].State == SourceState.NotAuthorised);
        return isOver ? new(ReadingEnd.NeedsRelaunch, Request: null) : new(ReadingEnd.Read, request);
    }

    // Without the store the page says that it could not look at the card.
    private async Task<CardOrigin> OriginAsync(OpenLaunch launch, TrustedEhr ehr, CancellationToken stop)
    {
        try
        {
            return await contexts.FindAsync(launch.AppContext, ehr, new(FhirBase.Parse(launch.Iss)!, launch.Tenant, launch.PatientId), stop);
        }
        catch (StoreAwayException)
        {
            return string.IsNullOrEmpty(launch.AppContext) ? CardOrigin.None : CardOrigin.Lost;
        }
    }

    private async Task<(PictureRequest Request, bool IsRefused)> TryAsync(OpenLaunch launch, CardOrigin origin, TrustedEhr ehr, LaunchReading reading, CancellationToken stop)
    {
        var (asOf, client, server) = (clock.GetUtcNow(), ehr.Smart!, FhirBase.Parse(launch.Iss)!);
        var access = new FhirAccess(launch.AccessToken, launch.TokenUntil) { CallTimeout = client.CallTimeout };
        var request = new HookRequest(
            "smart", "launch", Guid.Empty.ToString(), launch.PatientId, launch.User ?? "", null, [], [], server, access, ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty)
        {
            Budget = new ReadingBudget(asOf + client.ReadTimeout),
        };
        // Always: on paper the EHR shows nobody.
        var banner = BannerAsync(server, launch.PatientId, access, ehr, stop);
        var chart = await charts.ReadAsync(request, ehr, asOf, stop, historyDays: knowledge.Rules.HistoryDays, withGrowth: ShowsGrowth(ehr), ended: reading.End);
        var card = origin.Decision;
        var agents = card?.Agents.Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableArray() ?? [];
        var recognition = new Recognition(agents.IsEmpty ? RecognitionOutcome.None : RecognitionOutcome.Inhibitor, agents, [], FromNameOnly: false, UnknownInhibitorNames: 0);
        return (new(chart, recognition, [], ehr, asOf, ehr.Language)
        {
            Server = server,
            ShowsGrowth = ShowsGrowth(ehr),
            Banner = await banner,
            NeedsBanner = launch.NeedsBanner,
            Card = card,
            IsCardLost = origin.IsLost,
        }, access.IsRefused);
    }

    private async Task<PatientBanner> BannerAsync(FhirBase server, string patientId, FhirAccess access, TrustedEhr ehr, CancellationToken stop)
    {
        using var time = new CancellationTokenSource(ehr.Smart!.ReadTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, stop);
        var answer = await calls.AskAsync(server, $"Patient/{patientId}", access, either.Token);
        // A patient who cannot be named is still said to be one whose name could not be read.
        return answer.State == SourceState.Complete && PatientBanner.Read(answer.Body, patientId, ehr.Smart.RecordNumberSystems, ChartTimes.DayIn(ehr.Zone, clock.GetUtcNow()), ehr.Zone) is { } read ? read : PatientBanner.Unread;
    }
}
