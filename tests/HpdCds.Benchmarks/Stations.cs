using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using HpdCds.Cards;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Store;
using HpdCds.Trust;

namespace HpdCds.Benchmarks;

/// <summary>The stations of a call in their order, each by itself, with what it allocates.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class Stations
{
    /// <summary>A project of its own for each run would need another restore.</summary>
    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess()
        {
            AddJob(Job.ShortRun.WithToolchain(new InProcessEmitToolchain(TimeSpan.FromMinutes(30), logOutput: true)));
            WithArtifactsPath(Path.Combine(Path.GetTempPath(), "hpdcds-benchmarks"));
        }
    }

    // As the server gives it.
    private const int Block = 65_536;

    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly List<(BundleWalk Walk, PrefetchRow Row)> _lists = [];
    private readonly List<(ReadOnlyMemory<byte> Bytes, PrefetchRow Row)> _kept = [];
    private DirectoryInfo _folder = null!;
    private WebApplication _app = null!;
    private byte[] _body = [];
    private ArrivingBody _arrived = null!;
    private Envelope _envelope = null!;
    private HookRequest _request = null!;
    private BundleSieve _sieve = null!;
    private PatientChart _chart = null!;
    private PatientReading _reading = null!;
    private RiskAssessment _assessment = null!;
    private HookResponse _answer = null!;
    private CallRecord _call = null!;
    private TrustedEhr _ehr = null!;
    private KnowledgeBase _knowledge = null!;
    private ChartReader _charts = null!;
    private PatientFactsReader _facts = null!;
    private CardWriter _cards = null!;
    private Decisions _decisions = null!;
    private Pseudonyms _pseudonyms = null!;
    private Advice _advice = null!;
    private Recognition _recognition = null!;

    [Params(8, 150, 1500)]
    public int Results { get; set; }

    private ModelTable Model => _knowledge.ModelFor(_reading.Tumour);

    [GlobalSetup]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("hpdcds-stations-");
        _app = HpdCdsService.Build(["--environment", "Development"], builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Ehrs:0:Name"] = "benchmark",
            ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = HookCall.Base,
            ["HpdCds:Store:Connection"] = $"Data Source={Path.Combine(_folder.FullName, "store.db")}",
        }));
        T The<T>()
            where T : notnull => _app.Services.GetRequiredService<T>();
        (_knowledge, _charts, _advice, _decisions, _pseudonyms) = (The<KnowledgeBase>(), The<ChartReader>(), The<Advice>(), The<Decisions>(), The<Pseudonyms>());
        (_facts, _cards, _ehr) = (new(_knowledge, _advice.Drugs), new(_knowledge), The<CurrentTrust>().Table.Ehrs[0]);
        _body = HookCall.Of(Results, AsOf);
        (_arrived, _envelope) = Arrive();
        _request = Orders();
        _recognition = _advice.Recognise(_request);
        Sift(The<PrefetchTable>());
        _chart = Chart();
        _reading = Facts();
        _assessment = Assessment();
        _answer = _advice.FromChart(_request, _recognition, _chart, _ehr, AsOf);
        _call = new()
        {
            Service = HookCatalogue.Find("", HookCatalogue.Risk),
            Ehr = _ehr,
            Mode = ServiceMode.Live,
            Request = _request,
            Sources = [.. _chart.Sources.Values],
            Answer = _answer,
            Recognition = _recognition,
        };
        if (Repeat().Cards.Count == 0 || Kept() is null)
            throw new InvalidOperationException("There is no card to measure.");
    }

    [GlobalCleanup]
    public async Task EndAsync()
    {
        if (_app.Services.GetRequiredService<Database>().IsAway)
            throw new InvalidOperationException("The store went away: it was not asked.");
        _arrived.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true)]
    public int WalkOfEveryToken() => Baselines.ReadTokens(_body);

    /// <summary>The body is walked as it comes, and what may matter is kept.</summary>
    [Benchmark]
    public int ArrivedBody()
    {
        var (body, envelope) = Arrive();
        using (body)
            return envelope.Prefetch.Count;
    }

    [Benchmark]
    public HookRequest Orders() => _envelope.ToRequest(HookCatalogue.Find("", HookCatalogue.Risk)!, _ehr, maxEntries: 10_000, AsOf);

    [Benchmark]
    public int Sieve() => _lists.Sum(list => _sieve.Sift(list.Walk, list.Row, isOwnSearch: false).Found);

    /// <summary>What the sieve kept, read.</summary>
    [Benchmark]
    public int Readers()
    {
        var known = new WalkMemory(_body.Length);
        var read = 0;
        foreach (var (bytes, row) in _kept)
        {
            read += row.ResourceType switch
            {
                "Observation" => ObservationReader.Read(bytes, "", row.Key, _ehr.Zone, known).Length,
                "Condition" => ConditionReader.Read(bytes, "", row.Key, _ehr.Zone, known) is null ? 0 : 1,
                "Patient" => PatientReader.Read(bytes, "", _ehr.Zone) is null ? 0 : 1,
                var other => throw new NotSupportedException(other),
            };
        }

        return read;
    }

    /// <summary>Sieve, readers, and what puts them together.</summary>
    [Benchmark]
    public PatientChart Chart() => _charts.ReadAsync(_request, _ehr, AsOf, CancellationToken.None).GetAwaiter().GetResult();

    [Benchmark]
    public PatientReading Facts() => _facts.Read(_chart, _recognition, _request.Orders, EhrReading.Of(_ehr, _request.FhirServer), AsOf);

    [Benchmark]
    public RiskAssessment Assessment() => RiskAssessment.Of(Model.Model, _reading.Factors);

    [Benchmark]
    public Card? Card() => _cards.ForAssessment(_recognition, _reading, Model, _assessment, _ehr, _request.PatientId);

    [Benchmark]
    public AssessmentExtension Extension() => AssessmentExtension.Of(_recognition, _reading, Model, _assessment, _knowledge);

    /// <summary>Whether the same was overridden of late, with the question to a store in which there is nothing yet.</summary>
    [Benchmark]
    public HookResponse Repeat() => _decisions.WithoutRepeatAsync(_call, caller: null, _answer, AsOf).GetAwaiter().GetResult();

    /// <summary>The decision as it is kept, before it is written.</summary>
    [Benchmark]
    public Decision? Kept() => Decision.Of(_call, caller: null, StatusCodes.Status200OK, AsOf, TimeSpan.FromMilliseconds(1), _pseudonyms, Audit.Version, _knowledge.Hash);

    [Benchmark]
    public byte[] Written() => JsonSerializer.SerializeToUtf8Bytes(_answer, HookJson.Options);

    [Benchmark]
    public int EveryResourceThroughFirely() => Baselines.ReadResources(_body);

    private (ArrivingBody Body, Envelope Envelope) Arrive()
    {
        var body = _charts.Arriving(_body.Length);
        for (var at = 0; at < _body.Length; at += Block)
            body.Add(_body.AsSpan(at, Math.Min(Block, _body.Length - at)));
        return (body, body.End());
    }

    private void Sift(PrefetchTable table)
    {
        var patient = new PatientIdentity(_request.PatientId, _ehr.BasesOf(_request.FhirServer));
        _sieve = new(_knowledge.Codes, table, patient, _ehr.Zone, AsOf.AddDays(-_knowledge.Rules.LongestWindowInDays));
        foreach (var row in table.Rows.Where(row => _request.Walked.ContainsKey(row.Name)))
        {
            var walk = _request.Walked[row.Name];
            _lists.Add((walk, row));
            foreach (var entry in _sieve.Sift(walk, row, isOwnSearch: false).Kept)
                _kept.Add((entry.Resource.Bytes, row));
        }
    }
}
