using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Hl7.Fhir.Serialization;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Hooks;
using HpdCds.Knowledge;
using HpdCds.Sandbox.Patients;
using HpdCds.SmartApp;
using HpdCds.Store;
using HpdCds.Tests.Cases;
using HpdCds.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HpdCds.Tests.SmartApp;

/// <summary>Pictures of golden requests and of the sandbox's patients, read by the real service's own reader.</summary>
public sealed class Pictures : IAsyncDisposable
{
    public static readonly DateTimeOffset GoldenAsOf = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The day of the sandbox's patients.</summary>
    public static readonly DateTimeOffset SandboxAsOf = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    public static readonly PictureFrame Frame = new("nonce-of-the-test", "/picture.css", "/picture.js", "/picture", "/picture", "__token", "antiforgery-of-the-test");

    private static readonly ChartKey[] Conditions = [ChartKey.Problems];

    private readonly WebApplication _service = HpdCdsService.Build(
        ["--environment=Development"],
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["HpdCds:Overlay"] = Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "examples", "overlay") });
            builder.Logging.ClearProviders();
        });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    public PictureMaker Maker => new(Knowledge, Pseudonyms);

    public KnowledgeBase Knowledge => _service.Services.GetRequiredService<KnowledgeBase>();

    public Pseudonyms Pseudonyms => _service.Services.GetRequiredService<Pseudonyms>();

    public Task<Picture> OfGoldenAsync(string name, string language = "en", Func<PictureRequest, PictureRequest>? with = null) =>
        OfRequestAsync(GoldenCase.Named(name).Request, GoldenAsOf, language, with);

    public Task<Picture> OfSandboxAsync(string patient, string language = "en", Func<PictureRequest, PictureRequest>? with = null) =>
        OfRequestAsync(RequestOf(patient), SandboxAsOf, language, with, withGrowth: PatientFiles.Load(SandboxAsOf).Single(one => one.About.Id == patient).About.Growth is not null);

    public async Task<Picture> OfRequestAsync(string request, DateTimeOffset asOf, string language = "en", Func<PictureRequest, PictureRequest>? with = null, int? historyDays = null, bool withGrowth = false)
    {
        var read = await ReadAsync(request, asOf, historyDays ?? Knowledge.Rules.HistoryDays, withGrowth: withGrowth);
        read = read with { Language = language, ShowsGrowth = withGrowth };
        return Maker.Make(with is null ? read : with(read));
    }

    public async Task<Picture> OfRequestInZoneAsync(string request, string zone) =>
        Maker.Make(await ReadAsync(request, SandboxAsOf, Knowledge.Rules.HistoryDays, TimeZoneInfo.FindSystemTimeZoneById(zone)));

    public async Task<PictureRequest> ReadAsync(string request, DateTimeOffset asOf, int? historyDays, TimeZoneInfo? zone = null, bool withGrowth = false)
    {
        var ehr = _service.Services.GetRequiredService<CurrentTrust>().Table.Ehrs[0];
        if (zone is not null)
            ehr = ehr with { Zone = zone };
        var envelope = Envelope.Read(Encoding.UTF8.GetBytes(request));
        var asked = envelope.ToRequest(HookCatalogue.Find("", "hpd-risk")!, ehr, 5000, asOf);
        var chart = await _service.Services.GetRequiredService<ChartReader>().ReadAsync(asked, ehr, asOf, CancellationToken.None, trace: null, historyDays, withGrowth);
        return new(chart, _service.Services.GetRequiredService<Advice>().Recognise(asked), asked.Orders, ehr, asOf, "en");
    }

    /// <summary>A hook request in which one resource is not what it was.</summary>
    public static string With(string request, string id, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(request)!;
        foreach (var entry in json["prefetch"]!.AsObject().SelectMany(key => key.Value!["entry"]?.AsArray() ?? []).Where(entry => (string?)entry!["resource"]!["id"] == id))
            change(entry!["resource"]!.AsObject());
        return json.ToJsonString();
    }

    /// <summary>A hook request with more resources in one of its bundles.</summary>
    public static string Plus(string request, ChartKey key, IEnumerable<JsonObject> resources)
    {
        var json = JsonNode.Parse(request)!;
        foreach (var resource in resources)
            json["prefetch"]![ChartKeys.NameOf(key)]!["entry"]!.AsArray().Add(new JsonObject { ["resource"] = resource });
        return json.ToJsonString();
    }

    public static string PageOf(Picture picture, WhatIf? whatIf = null) => PicturePage.Render(picture, whatIf, Frame);

    /// <summary>A hook request with everything that the sandbox holds of a patient.</summary>
    public static string RequestOf(string patient)
    {
        var seeded = PatientFiles.Load(SandboxAsOf).Single(one => one.About.Id == patient);
        var serializer = new FhirJsonSerializer();
        var byType = seeded.Resources.ToLookup(resource => resource.TypeName, resource => JsonNode.Parse(serializer.SerializeToString(resource))!, StringComparer.Ordinal);
        JsonObject Bundle(string type, params string[] resourceTypes) => new()
        {
            ["resourceType"] = "Bundle",
            ["type"] = type,
            ["entry"] = new JsonArray([.. resourceTypes.SelectMany(name => byType[name]).Select(resource => new JsonObject { ["resource"] = resource.DeepClone() })]),
        };
        var prefetch = new JsonObject { ["patient"] = byType["Patient"].Single().DeepClone() };
        foreach (var key in Enum.GetValues<ChartKey>().Where(key => key != ChartKey.Patient))
        {
            prefetch[ChartKeys.NameOf(key)] = key switch
            {
                ChartKey.Cbc => Bundle("searchset", "Observation"),
                ChartKey.Medications => Bundle("searchset", "MedicationRequest"),
                ChartKey.Statements => Bundle("searchset", "MedicationStatement"),
                ChartKey.Administrations => Bundle("searchset", "MedicationAdministration"),
                ChartKey.Procedures => Bundle("searchset", "Procedure"),
                ChartKey.Reports => Bundle("searchset", "DiagnosticReport"),
                ChartKey.Studies => Bundle("searchset", "ImagingStudy"),
                ChartKey.Plans => Bundle("searchset", "ServiceRequest"),
                ChartKey.Appointments => Bundle("searchset", "Appointment"),
                _ => Conditions.Contains(key) ? Bundle("searchset", "Condition") : Bundle("searchset"),
            };
        }

        return new JsonObject
        {
            ["hook"] = "order-sign",
            ["hookInstance"] = "5bd2b0a7-0a6d-4a3c-9d53-4f0a3f7c3f11",
            ["context"] = new JsonObject
            {
                ["userId"] = "Practitioner/synthetic-clinician",
                ["patientId"] = patient,
                ["draftOrders"] = new JsonObject
                {
                    ["resourceType"] = "Bundle",
                    ["type"] = "collection",
                    ["entry"] = new JsonArray(new JsonObject
                    {
                        ["resource"] = new JsonObject
                        {
                            ["resourceType"] = "MedicationRequest",
                            ["id"] = "draft-1",
                            ["status"] = "draft",
                            ["intent"] = "order",
                            ["medicationCodeableConcept"] = new JsonObject { ["text"] = seeded.About.Drug },
                            ["subject"] = new JsonObject { ["reference"] = $"Patient/{patient}" },
                        },
                    }),
                },
            },
            ["prefetch"] = prefetch,
        }.ToJsonString();
    }

    /// <summary>The decision that a hook call would have left behind for this answer.</summary>
    public Decision DecisionOf(Picture picture)
    {
        var (request, reading, table, assessment) = (picture.Request, picture.Reading!, picture.Table!, picture.Assessment!);
        var found = HpdCds.Cards.AssessmentExtension.Of(request.Recognition, reading, table, assessment, Knowledge);
        var call = new CallRecord
        {
            Ehr = request.Ehr,
            Service = HookCatalogue.Find("", "hpd-risk"),
            Recognition = request.Recognition,
            Request = new("hpd-risk", "order-sign", Guid.NewGuid().ToString(), request.Chart.PatientId, "Practitioner/1", null, [], request.Orders, null, null, ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty),
            Answer = new([]) { Extension = new(found) },
        };
        return Decision.Of(call, caller: null, 200, request.AsOf.AddHours(-3), TimeSpan.Zero, Pseudonyms, "1.0.0", Knowledge.Hash)!;
    }

    /// <summary>A card that was made before the last blood count came, which is higher.</summary>
    public async Task<Picture> ChangedAsync(string language, Func<PictureRequest, PictureRequest> with)
    {
        var before = await OfRequestAsync(RequestOf("bravo").Replace("\"value\":5.2", "\"value\":3.6", StringComparison.Ordinal).Replace("\"value\":1240", "\"value\":1190", StringComparison.Ordinal), SandboxAsOf);
        return await OfSandboxAsync("bravo", language, request => with(request) with { Card = DecisionOf(before) });
    }

    /// <summary>The same chart, of which some places could not be read to their end.</summary>
    public static PictureRequest Cut(PictureRequest request, params ChartKey[] keys) => request with
    {
        Chart = request.Chart with
        {
            Sources = request.Chart.Sources.SetItems(keys.Select(key => KeyValuePair.Create(key, request.Chart.Sources[key] with { State = SourceState.Truncated }))),
        },
    };
}
