using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Task = System.Threading.Tasks.Task;

namespace HpdCds.Benchmarks;

/// <summary>What the service is held against, in the bare framework: three answers that read the same body less and more.</summary>
internal static class Baselines
{
    /// <summary>Reads the body, looks at none of it.</summary>
    public const string Fixed = "fixed";

    /// <summary>One pass over every token: nobody who looks at everything can do less.</summary>
    public const string Walk = "walk";

    /// <summary>Makes an object of every resource, as a service does that leaves reading to its library.</summary>
    public const string Everything = "everything";

    private const string Compiled = "/compiled";
    private const int MaxBody = 256 * 1024 * 1024;

    private static readonly FhirJsonDeserializer Firely = new(new DeserializerSettings().UsingMode(DeserializationMode.Recoverable));

    private static readonly byte[] Answer = JsonSerializer.SerializeToUtf8Bytes(new
    {
        cards = new[] { new { uuid = "3b10836f-1b07-4085-a0fa-fcd1ba9de048", summary = new string('s', 120), detail = new string('d', 1100), indicator = "info", source = new { label = "Baseline" } } },
    });

    public static async Task<int> ServeAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBody);
        var app = builder.Build();
        app.MapPost("/" + Fixed, context => AnswerAsync(context, _ => { }));
        app.MapPost("/" + Walk, context => AnswerAsync(context, body => ReadTokens(body)));
        app.MapPost("/" + Everything, context => AnswerAsync(context, body => ReadResources(body)));
        app.MapGet(Compiled, () => System.Runtime.JitInfo.GetCompiledMethodCount());
        app.MapGet("/health/ready", () => "ready");
        await app.RunAsync();
        return 0;
    }

    public static async Task<double> CompiledMethodsAsync(Uri url)
    {
        using var http = new HttpClient();
        return double.Parse(await http.GetStringAsync(new Uri(url, Compiled)), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task AnswerAsync(HttpContext context, Action<ReadOnlyMemory<byte>> read)
    {
        // Lent, as whoever minds his memory does it: what is compared is reading.
        var length = (int)context.Request.ContentLength!.Value;
        var lent = ArrayPool<byte>.Shared.Rent(length);
        var body = lent.AsMemory(0, length);
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        read(body);
        ArrayPool<byte>.Shared.Return(lent);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Answer, context.RequestAborted);
    }

    internal static int ReadTokens(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        var tokens = 0;
        while (reader.Read())
            tokens++;
        return tokens;
    }

    internal static int ReadResources(ReadOnlyMemory<byte> body)
    {
        var read = 0;
        using var call = JsonDocument.Parse(body);
        foreach (var key in call.RootElement.GetProperty("prefetch").EnumerateObject())
        {
            var utf8 = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(key.Value));
            if (Firely.TryDeserializeResource(ref utf8, out var resource, out _) || resource is not null)
                read += resource is Bundle bundle ? bundle.Entry.Count : 1;
        }

        return read;
    }
}
