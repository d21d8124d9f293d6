using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Chart;

/// <summary>What is looked into while the envelope is read is what a walk of its own would have found; quick ways say what the long ones say.</summary>
public sealed class OnePassTests
{
    private const int MaxEntries = 50;

    [Fact]
    [Trait("Req", "PFD-06")]
    public void A_body_that_is_passed_once_holds_what_a_second_walk_finds()
    {
        var differences = GoldenCase.All.Select(golden => Difference(Encoding.UTF8.GetBytes(golden.Request))).OfType<string>();

        Assert.Empty(differences);
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public void So_does_a_body_in_which_bytes_are_wrong()
    {
        var bodies = GoldenCase.All.Where((_, at) => at % 20 == 0).Select(golden => Encoding.UTF8.GetBytes(golden.Request)).ToArray();
        // Quotes, brackets, escapes, surrogates and bytes that are no UTF-8 do the most harm.
        byte[] wrong = [(byte)'"', (byte)'\\', (byte)'{', (byte)']', (byte)',', (byte)'u', (byte)'0', 0x00, 0xC3, 0xFF];
        var dice = new Random(11);
        var differences = new List<string>();
        for (var time = 0; time < 4000; time++)
        {
            byte[] body = [.. bodies[dice.Next(bodies.Length)]];
            for (var blows = dice.Next(1, 3); blows > 0; blows--)
                body[dice.Next(body.Length)] = wrong[dice.Next(wrong.Length)];
            if (Difference(body) is { } difference)
                differences.Add(difference);
        }

        Assert.Empty(differences);
    }

    [Fact]
    [Trait("Req", "PFD-06")]
    public void An_answer_in_which_bytes_are_wrong_is_none_and_ends_nothing()
    {
        var answers = GoldenCase.All.Where((_, at) => at % 15 == 0).Select(golden => Envelope.Read(Encoding.UTF8.GetBytes(golden.Request)).Prefetch)
            .SelectMany(prefetch => prefetch.Values).Select(value => value.ToArray()).Where(value => value.Length is > 100 and < 20_000).ToArray();
        byte[] wrong = [.. "\"\\{}[],ux0"u8, 0x00, 0xC3, 0xFF];
        for (var time = 0; time < 10_000; time++)
        {
            var dice = new Random(time);
            byte[] answer = [.. answers[dice.Next(answers.Length)]];
            for (var blows = dice.Next(1, 3); blows > 0; blows--)
                answer[dice.Next(answer.Length)] = wrong[dice.Next(wrong.Length)];

            var walk = BundleWalk.Read(answer, MaxEntries);

            Assert.True(walk.Shape == ValueShape.NotFhir || IsJson(answer), Encoding.Latin1.GetString(answer));
        }
    }

    /// <summary>Against a reader that has nothing in common with ours: every Bundle of the golden cases, and thousands of damaged ones.</summary>
    [Fact]
    [Trait("Req", "PFD-06")]
    public void A_walk_finds_what_another_reader_finds()
    {
        var bundles = GoldenCase.All.SelectMany(golden => ValuesOf(golden.Request)).Where(value => value.Length < 20_000).ToArray();
        byte[] wrong = [.. "\"\\{}[],ux0 :n"u8, 0xC3];
        var compared = 0;
        for (var time = 0; time < bundles.Length + 20_000; time++)
        {
            var dice = new Random(time);
            byte[] bundle = [.. bundles[time < bundles.Length ? time : dice.Next(bundles.Length)]];
            if (time >= bundles.Length)
                bundle[dice.Next(bundle.Length)] = wrong[dice.Next(wrong.Length)];
            if (ByAnotherReader(bundle) is not { } expected)
                continue;
            compared++;
            var walk = BundleWalk.Read(bundle, 10_000);
            Assert.Equal(expected, string.Join('\n', walk.Entries.Select(entry => Written(entry.Resource)).Append(walk.EntriesWithoutResource.ToString(CultureInfo.InvariantCulture))));
        }

        Assert.True(compared > bundles.Length, FormattableString.Invariant($"{compared} of {bundles.Length}"));

        static IEnumerable<byte[]> ValuesOf(string request)
        {
            try
            {
                return [.. Envelope.Read(Encoding.UTF8.GetBytes(request)).Prefetch.Values.Select(value => value.ToArray())];
            }
            catch (RefusedException)
            {
                return [];
            }
        }

        static string Written(in ResourceGlance resource) => string.Join('|', [
            resource.Type, resource.Id, resource.Status, resource.Type == "Appointment" ? "" : resource.Subject,
            .. resource.Codes.Select(code => $"{code.System}#{code.Code}").Order(StringComparer.Ordinal)]);
    }

    /// <returns>Nothing where it is no Bundle, or says something twice.</returns>
    private static string? ByAnotherReader(byte[] bundle)
    {
        try
        {
            // Texts that nobody asks the other reader for may be none.
            if (!System.Text.Unicode.Utf8.IsValid(bundle))
                return null;
            using var document = JsonDocument.Parse(bundle, new() { MaxDepth = 64, AllowDuplicateProperties = false });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root || Text(root, "resourceType") != "Bundle")
                return null;
            JsonElement[] entries = root.TryGetProperty("entry", out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
            JsonElement?[] resources = [.. entries.Select(entry => Member(entry, "resource") is { ValueKind: JsonValueKind.Object } resource ? resource : (JsonElement?)null)];
            var isNoList = root.TryGetProperty("entry", out list) && list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null);
            return string.Join('\n', resources.OfType<JsonElement>().Select(Described).Append((resources.Count(resource => resource is null) + (isNoList ? 1 : 0)).ToString(CultureInfo.InvariantCulture)));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }

        static string Described(JsonElement resource) => string.Join('|', [
            Text(resource, "resourceType"), Text(resource, "id"), Text(resource, "status"),
            Text(resource, "resourceType") == "Appointment" ? "" : Text(Member(resource, "subject"), "reference") ?? Text(Member(resource, "patient"), "reference"),
            .. Codes(resource).Concat(Items(resource, "component").SelectMany(Codes)).Order(StringComparer.Ordinal)]);

        static IEnumerable<string> Codes(JsonElement of) => Items(Member(of, "code"), "coding").Where(coding => Text(coding, "code") is not null).Select(coding => $"{Text(coding, "system")}#{Text(coding, "code")}");

        static IEnumerable<JsonElement> Items(JsonElement? of, string name) => Member(of, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

        static JsonElement? Member(JsonElement? of, string name) => of is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var member) ? member : null;

        static string? Text(JsonElement? of, string name) => Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 64 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [Theory]
    [Trait("Req", "PFD-06")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"fullUrl":"\ud800","resource":{"resourceType":"Observation","id":"a"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"\udc00"}}]}""")]
    [InlineData("""{"entry":[{"resource":{"resourceType":"Observation"}}],"resourceType":"Bundle"}""")]
    [InlineData("""{"resourceType":"Bundle","\ud800":1,"entry":[{"resource":{"resourceType":"Observation","id":"a"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","\u0065ntry":[{"resource":{"resourceType":"Observation","id":"a"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","st\ud800":1,"abcdefg\ud800":1,"\u0073tatus":"final"}}]}""")]
    [InlineData("""{"resourceType":"Patient","id":"p1","\ud800":1}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"\x"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[],"entry":[]}""")]
    [InlineData("""{"resourceType":"Observation","code":{"coding":[{"system":"\ud800","code":"1"}]}}""")]
    [InlineData("""{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","details":{"coding":[{"code":"4119"}]}}]}""")]
    [InlineData("""[{"resourceType":"Bundle"}]""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","code":{"coding":[{"system":"\ud800","code":"x"},{"system":"http://loinc.org","code":"751-8"}]}}}]}""")]
    [InlineData("null")]
    [InlineData("\"Bundle\"")]
    public void What_nobody_should_send_is_seen_alike(string value) => Assert.Null(Difference(Encoding.UTF8.GetBytes($$"""{"prefetch":{"cbc":{{value}},"liver":{{value}} } }""")));

    [Fact]
    [Trait("Req", "FS-05")]
    public void A_time_in_bytes_is_the_time_in_words()
    {
        string[] times =
        [
            "2026-11-24T12:30:59Z", "2026-11-24T12:30:59+08:00", "2026-11-24T12:30:59-13:59", "2026-11-24T12:30:59+14:00", "2026-11-24T12:30:59+14:30", "2026-11-24T23:59:60Z",
            "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T12:60:00Z",
            "1799-12-31T23:59:59Z", "2301-01-01T00:00:00Z", "2300-12-31T23:59:59Z", "2026-11-24t12:30:59Z", "2026-11-24T12:30:59z", "2026-11-24T12:30:59+0800", "2026-11-24T12:30:59.5Z",
            "2026-11-24T12:30:59.123456789+01:00", "2026-11-24T12:30Z", "2026-11-24T12:30:59", "2026-11-24", "2026-11", "2026", "", "x", "2026-1a-24T12:30:59Z", " 026-11-24T12:30:59Z", "2026-11-24T12:30:59+99:99",
            "2026-11-24T12:30:59+08:60", "2026-11-24T12:30:59 08:00", "0001-01-01T00:00:00+13:00",
        ];
        var zone = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(8), "x", "x");

        Assert.All(times, time => Assert.Equal(Written(ChartTimes.Parse(time, zone)), Written(ChartTimes.Parse(Encoding.ASCII.GetBytes(time), zone))));

        string Written(ClinicalTime? time) => time is { } when ? string.Create(CultureInfo.InvariantCulture, $"{when.Earliest:O} {when.Latest:O} {when.Precision}") : "none";
    }

    /// <summary>Told one after the other, and in two parts, as pages come; against all of them side by side.</summary>
    [Fact]
    [Trait("Req", "PFD-07")]
    public void The_order_of_times_is_known_without_keeping_them() => Gen.Select(Gen.Int[0, 12].Array[0, 12], Gen.Int[0, 12]).Sample((days, cut) =>
    {
        ClinicalTime?[] times = [.. days.Select(day => day == 0 ? (ClinicalTime?)null : ClinicalTime.At(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day)))];
        var (first, second) = (default(TimeOrder), default(TimeOrder));
        foreach (var time in times.Take(cut))
            first = first.Then(time);
        foreach (var time in times.Skip(cut))
            second = second.Then(time);
        var steps = times.Zip(times.Skip(1)).Count(pair => pair.Second?.Latest < pair.First?.Earliest);
        var isInOrder = !times.Contains(null) && times.Zip(times.Skip(1)).All(pair => pair.Second!.Value.Earliest <= pair.First!.Value.Latest);

        Assert.Equal(isInOrder && times.Length > 0 && steps + 1 >= 3 ? times[^1]!.Value.Latest : null, first.Then(second).DownTo(3));
    });

    private static string? Difference(byte[] body)
    {
        var dice = new Random(body.Length);
        var whole = Read(() => Envelope.Read(body), (envelope, key) => BundleWalk.Read(envelope.Prefetch[key], MaxEntries));
        return ((int[])[1, 7, 100, 4096, body.Length]).Select(piece =>
        {
            using var arriving = new ArrivingBody(_ => true, MaxEntries, isWanted: null, body.Length, least: Math.Max(1, piece / dice.Next(1, 4)));
            var pieces = Read(() => Arrived(arriving, body, piece), (envelope, key) => envelope.Walked[key]);
            return pieces == whole || (pieces[0] == '4' && whole[0] == '4') ? null : $"{Encoding.Latin1.GetString(body)}\n  in pieces of {piece.ToString(CultureInfo.InvariantCulture)} {pieces}\n  whole {whole}";
        }).FirstOrDefault(difference => difference is not null);
    }

    private static Envelope Arrived(ArrivingBody arriving, byte[] body, int piece)
    {
        foreach (var some in body.Chunk(piece))
            arriving.Add(some);
        return arriving.End();
    }

    private static string Read(Func<Envelope> read, Func<Envelope, string, BundleWalk> walkOf)
    {
        try
        {
            var envelope = read();
            return $"{envelope.Hook} {envelope.HookInstance} {envelope.PatientId} {envelope.UserId} {Encoding.Latin1.GetString((envelope.DraftOrders ?? default).Span)}\n"
                + string.Join('\n', envelope.Prefetch.Keys.Order(StringComparer.Ordinal).Select(key => $"{key} {Written(walkOf(envelope, key))}"));
        }
        catch (RefusedException refused)
        {
            return $"{refused.Reply.Status} {refused.Reply.Diagnostics}";
        }
    }

    // What is no Bundle and has entries all the same is read by nobody: they were taken out before it was known.
    private static string Written(BundleWalk walk) => walk.Shape == ValueShape.NotFhir || (walk is { Shape: ValueShape.OneResource, Entries: [var alone] } && HasEntries(alone)) ? "NotFhir" : string.Create(
        CultureInfo.InvariantCulture,
        $"{walk.Shape} {walk.NextLink} {walk.EntriesWithoutResource} {walk.IsCutShort} {walk.Total} {string.Join(';', walk.Entries.Select(Written))}");

    private static bool HasEntries(WalkedEntry alone)
    {
        using var document = JsonDocument.Parse(alone.Resource.Bytes);
        return document.RootElement.TryGetProperty("entry", out var list) && list is { ValueKind: JsonValueKind.Array } && list.GetArrayLength() > 0;
    }

    private static string Written(WalkedEntry entry)
    {
        var resource = entry.Resource;
        return string.Join('|', [
            entry.FullUrl, entry.SearchMode, resource.Type, resource.Id, resource.VersionId, resource.LastUpdated, resource.Subject, resource.Status, resource.Effective, resource.Issued,
            .. resource.Codes.Select(code => $"{code.System}#{code.Code}"), .. resource.Members, .. resource.Issues.Select(issue => $"{issue.Severity} {issue.Code} {string.Join(',', issue.Details)}"),
            Encoding.Latin1.GetString(resource.Bytes.Span),
        ]);
    }
}
