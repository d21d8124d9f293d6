using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Trust;

namespace HpdCds.Benchmarks;

/// <summary>The stations of a call, each by itself, with what it allocates.</summary>
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

    private static readonly DateTimeOffset AsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private WebApplication _app = null!;
    private byte[] _body = [];
    private Envelope _envelope = null!;
    private HookRequest _request = null!;
    private PatientChart _chart = null!;
    private HookResponse _answer = null!;
    private TrustedEhr _ehr = null!;
    private ChartReader _charts = null!;
    private Advice _advice = null!;
    private PatientFactsReader _facts = null!;
    private Recognition _recognition = null!;

    [Params(8, 150, 1500)]
    public int Results { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _app = HpdCdsService.Build(["--environment", "Development"], builder => builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Name"] = "benchmark", ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = HookCall.Base }));
        (_charts, _advice) = (_app.Services.GetRequiredService<ChartReader>(), _app.Services.GetRequiredService<Advice>());
        _ehr = _app.Services.GetRequiredService<CurrentTrust>().Table.Ehrs[0];
        _body = HookCall.Of(Results, AsOf);
        _envelope = ReadEnvelope();
        _request = Requested();
        _chart = Chart();
        _facts = new(_app.Services.GetRequiredService<KnowledgeBase>(), _advice.Drugs);
        _recognition = _advice.Recognise(_request);
        _answer = Answered();
    }

    [GlobalCleanup]
    public async Task EndAsync() => await _app.DisposeAsync();

    [Benchmark]
    public int WalkOfEveryToken() => Baselines.ReadTokens(_body);

    [Benchmark]
    public Envelope ReadEnvelope()
    {
        // What is lent is not given back here: the other stations read it.
        var body = _charts.Arriving(_body.Length);
        body.Add(_body);
        return body.End();
    }

    [Benchmark]
    public HookRequest Requested() => _envelope.ToRequest(HookCatalogue.Find("", "hpd-risk")!, _ehr, maxEntries: 10_000, AsOf);

    [Benchmark]
    public PatientChart Chart() => _charts.ReadAsync(_request, _ehr, AsOf, CancellationToken.None).GetAwaiter().GetResult();

    [Benchmark]
    public PatientReading Read() => _facts.Read(_chart, _recognition, _request.Orders, EhrReading.Of(_ehr, _request.FhirServer), AsOf);

    [Benchmark]
    public HookResponse Answered() => _advice.FromChart(_request, _advice.Recognise(_request), _chart, _ehr, AsOf);

    [Benchmark]
    public byte[] Written() => JsonSerializer.SerializeToUtf8Bytes(_answer, HookJson.Options);

    [Benchmark]
    public int EveryResourceThroughFirely() => Baselines.ReadResources(_body);
}
