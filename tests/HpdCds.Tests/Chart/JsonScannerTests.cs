using System.Text;
using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Chart;

/// <summary>The scanner takes what the framework's reader takes, and nothing else.</summary>
public sealed class JsonScannerTests
{
    private const int MostDepth = 8;
    private const int Damages = 60_000;

    [Theory]
    [Trait("Req", "PFD-06")]
    [InlineData("""{"a":[1,-2.5e+10,true,false,null,"x\u00e9\n",{}],"b":{}}""")]
    [InlineData("""[[],{},[[]],0,-0,0.0,1E5,"","\"\\\/\b\f\n\r\t"]""")]
    [InlineData(" \t\r\n[ 1 , 2 ]\n")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{,"a":1}""")]
    [InlineData("""{"a"}""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{a:1}""")]
    [InlineData("""{1:1}""")]
    [InlineData("[01]")]
    [InlineData("[-]")]
    [InlineData("[1.]")]
    [InlineData("[.5]")]
    [InlineData("[1e]")]
    [InlineData("[1e+]")]
    [InlineData("[+1]")]
    [InlineData("[1x]")]
    [InlineData("[tru]")]
    [InlineData("[truex]")]
    [InlineData("[True]")]
    [InlineData("[nul")]
    [InlineData("""["\x"]""")]
    [InlineData("""["\u12g4"]""")]
    [InlineData("""["\u12"]""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("[\"a\tb\"]")]
    [InlineData("[\"a\u007fb\"]")]
    [InlineData("[\"a")]
    [InlineData("[\"a\\")]
    [InlineData("[1}")]
    [InlineData("""{"a":1]""")]
    [InlineData("]")]
    [InlineData("[1]]")]
    [InlineData("[1] [2]")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("/* no */ [1]")]
    [InlineData("[1,/**/2]")]
    [InlineData("\u00a0[1]")]
    [InlineData("[[[[[[[[1]]]]]]]]")]
    [InlineData("[[[[[[[[[1]]]]]]]]]")]
    [InlineData("""{"a":[{"a":[{"a":[{"a":[1]}]}]}]}""")]
    [InlineData("""{"a":[{"a":[{"a":[{"a":[[]]}]}]}]}""")]
    public void What_it_takes_is_what_the_framework_takes(string json) => Assert.Null(Difference(Encoding.UTF8.GetBytes(json)));

    [Fact]
    [Trait("Req", "PFD-06")]
    public void So_it_is_where_bytes_are_wrong()
    {
        byte[][] sound = [.. GoldenCase.All.Where((_, at) => at % 15 == 0).Select(golden => Encoding.UTF8.GetBytes(golden.Request)).Select(body => body.Length > 3000 ? Part(body) : body)];
        byte[] wrong = [.. "\"\\{}[]:,0-+.eE tfnu/\n\t"u8, 0x00, 0x1F, 0x7F, 0xC3, 0xFF];
        var differences = new List<string>();
        for (var time = 0; time < Damages; time++)
        {
            var dice = new Random(time);
            var json = sound[dice.Next(sound.Length)].ToList();
            for (var blows = dice.Next(1, 3); blows > 0; blows--)
            {
                var at = dice.Next(json.Count);
                switch (dice.Next(3))
                {
                    case 0:
                        json[at] = wrong[dice.Next(wrong.Length)];
                        break;
                    case 1:
                        json.Insert(at, wrong[dice.Next(wrong.Length)]);
                        break;
                    default:
                        json.RemoveAt(at);
                        break;
                }
            }

            if (Difference([.. json]) is { } difference)
                differences.Add(difference);
        }

        Assert.Empty(differences.Take(5));
    }

    /// <summary>However a sound document is cut, what came is either not whole yet or, at its end, whole.</summary>
    [Fact]
    [Trait("Req", "PFD-06")]
    public void A_part_of_something_sound_is_short_and_never_broken()
    {
        var json = Encoding.UTF8.GetBytes("""{"a":[1,-2.5e+10,true,false,null,"x\u00e9\n\\ é",{"b":{}, "c" : [ ] }],"d":"long enough for a wide register, and then some more of it"}""");
        for (var length = 0; length < json.Length; length++)
            Assert.Equal(ScanState.CutOff, Skipped(json.AsSpan(0, length)));
        Assert.Equal(ScanState.Sound, Skipped(json));
    }

    private static ScanState Skipped(ReadOnlySpan<byte> json)
    {
        var scanner = new JsonScanner(json, MostDepth);
        scanner.Skip();
        return scanner.State;
    }

    private static byte[] Part(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("context").GetRawText());
    }

    private static string? Difference(byte[] json)
    {
        var expected = ByFramework(json);
        string[] ours = [BySkipping(json), ByLooking(json)];
        return Array.TrueForAll(ours, one => one == expected) ? null : $"{Encoding.Latin1.GetString(json)}\n  framework {expected}\n  ours {string.Join(" / ", ours)}";
    }

    private static string ByFramework(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MostDepth });
            var isFirst = true;
            while (reader.Read())
            {
                // Of a scalar that stands alone the scanner cannot say whether it has ended; nobody asks it.
                if (isFirst && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
                    return "refused";
                isFirst = false;
            }

            return "taken";
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static string BySkipping(byte[] json)
    {
        var scanner = new JsonScanner(json, MostDepth);
        if (scanner.Peek() is not ((byte)'{' or (byte)'['))
            return "refused";
        scanner.Skip();
        return scanner.IsAtEnd ? "taken" : "refused";
    }

    private static string ByLooking(byte[] json)
    {
        var scanner = new JsonScanner(json, MostDepth);
        if (scanner.Peek() is not ((byte)'{' or (byte)'['))
            return "refused";
        LookAt(ref scanner);
        return scanner.IsAtEnd ? "taken" : "refused";
    }

    private static void LookAt(ref JsonScanner scanner)
    {
        switch (scanner.Peek())
        {
            case (byte)'{' when scanner.BeginsObject():
                while (scanner.NextMember(out _))
                    LookAt(ref scanner);
                break;
            case (byte)'[' when scanner.BeginsList():
                while (scanner.NextItem())
                    LookAt(ref scanner);
                break;
            case (byte)'"':
                scanner.TryText(out _);
                break;
            default:
                scanner.Skip();
                break;
        }
    }
}
