using System.Collections.Immutable;
using System.Globalization;
using Dapper;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Store;

namespace HpdCds.Reports;

/// <summary>
/// Counts what was decided and what became of it, for one quarter. First doses only: nothing else gets a card. A patient counts
/// once, whatever number of hooks an order fires: by the signature where there is one, by the last answer otherwise.
/// </summary>
public sealed class ReportReader(Database database, KnowledgeBase knowledge, TimeProvider clock)
{
    private const int FewestTimes = 20;

    private static readonly ImmutableArray<string> Ends = ["none", "info", "warning", "cannot-be-assessed", "silent", "repeat", "off"];
    private static readonly ImmutableArray<string> Answers = ["accepted", "overridden", "unanswered"];
    private static readonly ImmutableArray<string> States = ["known", "presumed-absent", "unknown", "not-applicable"];
    private static readonly string[] Cards = ["info", "warning", "cannot-be-assessed"];

    /// <exception cref="StoreAwayException">The store cannot be read now.</exception>
    public Task<Report> ReadAsync(Quarter quarter, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(quarter);
        var span = new { Service = HookCatalogue.Risk, From = Instant(quarter.First), Until = Instant(quarter.Next.First), Silent = (clock.GetUtcNow() - Run.Silence).ToUnixTimeMilliseconds() };
        return database.RunAsync(
            async connection =>
            {
                var doses = (await connection.QueryAsync<Dose>(new(
                    $"""
                    SELECT at, outcome_link AS Patient, ehr, hook, shown, tumour, model, agents, band_low AS BandLow, band_high AS BandHigh, factors, milliseconds,
                        {FeedbackItem.LastOutcome} AS answer,
                        (SELECT COALESCE(feedback.reason_code, '') FROM feedback WHERE feedback.outcome = 'overridden' AND {FeedbackItem.IsOnDecision} ORDER BY {FeedbackItem.LastFirst} LIMIT 1) AS reason
                    FROM decisions WHERE at >= @From AND at < @Until AND outcome_link IS NOT NULL AND service = @Service
                    """,
                    span,
                    cancellationToken: stop))).ToArray();
                var judged = (await connection.QueryAsync<GrowthAnswer>(new(
                    "SELECT at, outcome_link AS Patient, growth FROM decisions WHERE at >= @From AND growth IS NOT NULL AND outcome_link IS NOT NULL", span, cancellationToken: stop))).ToArray();
                var lost = await connection.ExecuteScalarAsync<long>(new("SELECT COALESCE(SUM(lost), 0) FROM gaps WHERE until >= @From AND since < @Until", span, cancellationToken: stop));
                var orphans = await connection.ExecuteScalarAsync<long>(new(
                    "SELECT COUNT(*) FROM feedback WHERE received >= @From AND received < @Until AND NOT EXISTS (SELECT 1 FROM decisions WHERE decisions.card = feedback.card)", span, cancellationToken: stop));
                var openRuns = await connection.ExecuteScalarAsync<long>(new("SELECT COUNT(*) FROM runs WHERE seen >= @From AND seen < @Until AND seen < @Silent", span, cancellationToken: stop));
                return new Report(quarter.Name, TablesOf(doses, judged), TimesOf(doses), lost, openRuns, ReportTable.Shown(orphans));
            },
            stop);
    }

    private ImmutableArray<ReportTable> TablesOf(Dose[] calls, GrowthAnswer[] judged)
    {
        var doses = Once(calls);
        var cards = Once(calls.Where(dose => Cards.Contains(dose.Shown, StringComparer.Ordinal)));
        return
        [
            By("by-week", "What first doses got, by week", dose => Week(dose.At)),
            Table("by-hook", "By hook", "A patient counts once for each hook.", calls.GroupBy(dose => dose.Hook, StringComparer.Ordinal).SelectMany(hook => Once(hook)), Ends, dose => dose.Hook, dose => dose.Shown),
            By("by-ehr", "By EHR", dose => dose.Ehr),
            By("by-tumour", "By tumour", dose => dose.Tumour ?? "not read"),
            By("by-drug", "By drug", dose => dose.Agents),
            By("by-band", "By band", dose => dose.Band),
            .. GrowthReport.TablesOf([.. doses.Select(dose => (dose.At, dose.Patient, dose.Model ?? "not assessed", dose.Band))], judged),
            Factors("by-factor", "By factor that counted", "Each first dose stands once for every factor that gave points.", doses, Ends, (_, factor) => factor.Id, (dose, factor) => factor.Low > 0 ? dose.Shown : null),
            Table("answers", "What became of cards", "An unanswered card was neither accepted nor overridden; most EHRs tell nothing of a card that was passed over.", cards, Answers, dose => dose.Shown, dose => dose.Answer ?? "unanswered"),
            Became("answers-by-ehr", "EHR", dose => dose.Ehr),
            Became("answers-by-hook", "hook", dose => dose.Hook),
            Became("answers-by-week", "week", dose => Week(dose.At)),
            Became("answers-by-tumour", "tumour", dose => dose.Tumour ?? "not read"),
            Became("answers-by-band", "band", dose => dose.Band),
            Factors("answers-by-factor", "What became of cards, by factor that counted", "", cards, Answers, (_, factor) => factor.Id, (dose, factor) => factor.Low > 0 ? dose.Answer ?? "unanswered" : null),
            Reasons(cards),
            Factors("factors", "What was known of each factor", "", doses, States, (_, factor) => factor.Id, (_, factor) => factor.State),
            Factors("missing", "What was missing, and why", "Each factor that was unknown, by the reason.", doses, ReasonsIn(doses), (_, factor) => factor.Id, (_, factor) => factor.Reason),
            Factors("missing-by-ehr", "What was missing, by EHR", "Factors that were unknown, by the reason.", doses, ReasonsIn(doses), (dose, factor) => $"{dose.Ehr}: {factor.Id}", (_, factor) => factor.Reason),
        ];

        ReportTable Became(string id, string by, Func<Dose, string> row) => Table(id, $"What became of cards, by {by}", "", cards, Answers, row, dose => dose.Answer ?? "unanswered");
        ReportTable By(string id, string title, Func<Dose, string> row) => Table(id, title, "", doses, Ends, row, dose => dose.Shown);
    }

    private static Dose[] Once(IEnumerable<Dose> doses) =>
        [.. doses.GroupBy(dose => dose.Patient, StringComparer.Ordinal).Select(patient => patient.OrderBy(dose => dose.Hook == HookCatalogue.OrderSign).ThenBy(dose => dose.At).Last())];

    private static ReportTable Table<T>(string id, string title, string note, IEnumerable<T> items, ImmutableArray<string> columns, Func<T, string> row, Func<T, string?> column) => ReportTable.Of(
        id,
        title,
        note,
        columns,
        items.Where(item => column(item) is { } named && columns.Contains(named, StringComparer.Ordinal)).GroupBy(row, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, columns.Select(name => (long)group.Count(item => column(item) == name)).ToImmutableArray())));

    // A code comes from outside and may be any text: only those that our cards offer are named.
    private ReportTable Reasons(Dose[] cards)
    {
        var offered = knowledge.OverrideReasons.Reasons.Select(reason => reason.Code).ToHashSet(StringComparer.Ordinal);
        var overridden = cards.Where(dose => dose.Answer == "overridden").ToArray();
        var reasons = overridden.Select(ReasonOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        return Table("override-reasons", "Why cards were overridden", "", overridden, reasons, dose => dose.Shown, ReasonOf);

        string ReasonOf(Dose dose) => string.IsNullOrEmpty(dose.Reason) ? "no reason given" : offered.Contains(dose.Reason) ? dose.Reason : "another reason";
    }

    private static ReportTable Factors(string id, string title, string note, Dose[] doses, ImmutableArray<string> columns, Func<Dose, KeptFactor, string> row, Func<Dose, KeptFactor, string?> column) =>
        Table(id, title, note, doses.SelectMany(dose => dose.States.Select(factor => (Row: row(dose, factor), Column: column(dose, factor)))), columns, item => item.Row, item => item.Column);

    private static ImmutableArray<string> ReasonsIn(Dose[] doses) =>
        [.. doses.SelectMany(dose => dose.States).Select(factor => factor.Reason).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static ImmutableArray<AnswerTimes> TimesOf(Dose[] doses) =>
    [
        .. doses.GroupBy(dose => dose.Ehr, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, Times: group.Select(dose => dose.Milliseconds).Order().ToArray())).Prepend((ReportTable.All, doses.Select(dose => dose.Milliseconds).Order().ToArray()))
            .Where(item => item.Item2.Length >= FewestTimes)
            .Select(item => new AnswerTimes(item.Item1, At(item.Item2, 0.5), At(item.Item2, 0.95), At(item.Item2, 0.99))),
    ];

    private static long At(long[] sorted, double share) => sorted[(int)Math.Ceiling((share * sorted.Length) - 1)];

    private static string Week(long at) => MondayOf(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(at).UtcDateTime)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static long Instant(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private sealed record Dose : PatientData
    {
        public long At { get; init; }

        public string Patient { get; init; } = "";

        public string Ehr { get; init; } = "";

        public string Hook { get; init; } = "";

        public string Shown { get; init; } = "";

        public string? Tumour { get; init; }

        public string? Model { get; init; }

        public string Agents { get; init; } = "";

        public string? BandLow { get; init; }

        public string? BandHigh { get; init; }

        public string Factors { get; init; } = "{}";

        public long Milliseconds { get; init; }

        public string? Answer { get; init; }

        public string? Reason { get; init; }

        public string Band => BandLow is null ? "not assessed" : BandLow == BandHigh ? BandLow : $"{BandLow} to {BandHigh}";

        // One that was damaged in the store costs no other its place in a report.
        public IEnumerable<KeptFactor> States => KeptFactor.AllIn(Factors) ?? [];
    }
}
