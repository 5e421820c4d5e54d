// Sums over pixels and pictures for each channel: what batch normalization needs beside
// arithmetic number by number, which XLA does. Arrays are (pixels, c, b).
//
// One pass over memory: pixels come in short blocks that are read twice from the first
// cache, for their mean and for the squares about it, so that large means cost no
// digits. The blocks' results are joined in a fixed order: the same bits each time,
// whatever the number of threads.
//
// Included once per instruction set, inside that set's namespace, after vector.h.

constexpr Index kNormPixels = 16;
constexpr Index kNormChannels = 16;

// The pixels and channels of one task.
struct NormBlock {
  Index first, end, channel, last;
};

static inline NormBlock norm_block(const Channels& s, Index task) {
  const Index wide = (s.channels + kNormChannels - 1) / kNormChannels;
  const Index first = task / wide * kNormPixels, channel = task % wide * kNormChannels;
  const Index end = first + kNormPixels, last = channel + kNormChannels;
  return {first, end < s.pixels ? end : s.pixels, channel,
          last < s.channels ? last : s.channels};
}

static inline Index norm_tasks(const Channels& s) {
  return (s.pixels + kNormPixels - 1) / kNormPixels *
         ((s.channels + kNormChannels - 1) / kNormChannels);
}

// Adds up visit(offset of a vector, its picture, numbers in it) over some pixels of a
// channel; four sums, so that additions need not wait for each other.
template <typename Visit>
static inline Vector norm_sum(const Channels& s, const NormBlock& block, Index channel,
                              const Visit& visit) {
  const Index pixel = s.channels * s.batch;
  Vector sums[4] = {};
  Index p = block.first;
  for (; p + 4 <= block.end; p += 4) {
    const Index at = p * pixel + channel * s.batch;
    for (Index i = 0; i < s.batch; i += SACCADE_WIDTH) {
      const Index rest = s.batch - i, n = rest < SACCADE_WIDTH ? rest : SACCADE_WIDTH;
      SACCADE_UNROLL
      for (Index k = 0; k < 4; ++k) sums[k] += visit(at + k * pixel + i, i, n);
    }
  }
  for (; p < block.end; ++p) {
    const Index at = p * pixel + channel * s.batch;
    for (Index i = 0; i < s.batch; i += SACCADE_WIDTH) {
      const Index rest = s.batch - i, n = rest < SACCADE_WIDTH ? rest : SACCADE_WIDTH;
      sums[0] += visit(at + i, i, n);
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// `in` where its picture counts, else 0, less `centre`.
static inline Vector counted(const float* in, const float* rows, float centre,
                             Index offset, Index i, Index n) {
  const Vector x = load_some(in + offset, n) - centre, zero{};
  return load_some(rows + i, n) != zero ? x : zero;
}

// Mean and mean square about it, of the pictures whose number in `rows` is not 0.
static void moments(const Channels& s, const float* in, const float* rows, float* mean,
                    float* variance, Parallel& parallel) {
  Index real = 0;
  for (Index i = 0; i < s.batch; ++i) real += rows[i] != 0.0f;
  const Index tasks = norm_tasks(s);
  std::vector<float> means(tasks * kNormChannels), squares(tasks * kNormChannels);
  parallel.run(tasks, [&](Index task) {
    const NormBlock block = norm_block(s, task);
    const Index count = (block.end - block.first) * real;
    for (Index c = block.channel; c < block.last; ++c) {
      const Vector sum = norm_sum(s, block, c, [&](Index offset, Index i, Index n) {
        return counted(in, rows, 0.0f, offset, i, n);
      });
      const float about = real ? total(sum) / static_cast<float>(count) : 0.0f;
      const Vector off = norm_sum(s, block, c, [&](Index offset, Index i, Index n) {
        const Vector x = counted(in, rows, about, offset, i, n);
        return x * x;
      });
      means[task * kNormChannels + c - block.channel] = about;
      squares[task * kNormChannels + c - block.channel] = total(off);
    }
  });
  // Chan's way of joining the moments of parts.
  const Index wide = (s.channels + kNormChannels - 1) / kNormChannels;
  for (Index c = 0; c < s.channels; ++c) {
    double joined = 0, square = 0, seen = 0;
    for (Index task = c / kNormChannels; task < tasks; task += wide) {
      const NormBlock block = norm_block(s, task);
      const double count = static_cast<double>((block.end - block.first) * real);
      const Index at = task * kNormChannels + c % kNormChannels;
      const double apart = means[at] - joined, all = seen + count;
      if (count == 0) continue;
      joined += apart * (count / all);
      square += squares[at] + apart * apart * (seen * count / all);
      seen = all;
    }
    mean[c] = static_cast<float>(joined);
    variance[c] = static_cast<float>(seen > 0 ? square / seen : 0);
  }
}

// The sum of the gradient, and of its products with the distance from the centre, of
// the pictures that count.
static void products(const Channels& s, const float* gradient, const float* in,
                     const float* centre, const float* rows, float* sum, float* product,
                     Parallel& parallel) {
  const Index tasks = norm_tasks(s);
  std::vector<float> parts(2 * tasks * kNormChannels);
  parallel.run(tasks, [&](Index task) {
    const NormBlock block = norm_block(s, task);
    for (Index c = block.channel; c < block.last; ++c) {
      const float about = centre[c];
      Vector plain{};
      const Vector mixed = norm_sum(s, block, c, [&](Index offset, Index i, Index n) {
        const Vector g = load_some(gradient + offset, n);
        plain += g;
        return g * counted(in, rows, about, offset, i, n);
      });
      float* to = &parts[2 * (task * kNormChannels + c - block.channel)];
      to[0] = total(plain);
      to[1] = total(mixed);
    }
  });
  const Index wide = (s.channels + kNormChannels - 1) / kNormChannels;
  for (Index c = 0; c < s.channels; ++c) {
    double plain = 0, mixed = 0;
    for (Index task = c / kNormChannels; task < tasks; task += wide) {
      const float* from = &parts[2 * (task * kNormChannels + c % kNormChannels)];
      plain += from[0];
      mixed += from[1];
    }
    sum[c] = static_cast<float>(plain);
    product[c] = static_cast<float>(mixed);
  }
}

// The sum over each channel of what visit(offset of a vector, numbers in it) gives.
template <typename Visit>
static void sum_channels(const Channels& s, float* sum, Parallel& parallel,
                         const Visit& visit) {
  const Index tasks = norm_tasks(s);
  std::vector<float> parts(tasks * kNormChannels);
  parallel.run(tasks, [&](Index task) {
    const NormBlock block = norm_block(s, task);
    for (Index c = block.channel; c < block.last; ++c) {
      parts[task * kNormChannels + c - block.channel] =
          total(norm_sum(s, block, c, [&](Index offset, Index, Index n) {
            return visit(offset, n);
          }));
    }
  });
  const Index wide = (s.channels + kNormChannels - 1) / kNormChannels;
  for (Index c = 0; c < s.channels; ++c) {
    double plain = 0;
    for (Index task = c / kNormChannels; task < tasks; task += wide)
      plain += parts[task * kNormChannels + c % kNormChannels];
    sum[c] = static_cast<float>(plain);
  }
}

// The sum of each channel: the gradient of a bias.
static void channel_sums(const Channels& s, const float* in, float* sum,
                         Parallel& parallel) {
  sum_channels(s, sum, parallel, [&](Index offset, Index n) {
    return load_some(in + offset, n);
  });
}

// The gradient to what relu was given, and to the bias that was added before it.
static void relu_gradient(const Channels& s, const float* given, const float* gradient,
                          float* slope, float* sum, Parallel& parallel) {
  sum_channels(s, sum, parallel, [&](Index offset, Index n) {
    const Vector g = load_some(gradient + offset, n), zero{};
    const Vector kept = load_some(given + offset, n) > zero ? g : zero;
    store_some(slope + offset, kept, n);
    return kept;
  });
}
